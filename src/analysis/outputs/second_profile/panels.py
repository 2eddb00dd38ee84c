"""T14.2.10.1 and T14.2.10.2: guidance by a second profile; acquired and lost alterations. SAP D10.

The registered endpoint asks for the proportion on therapy guided by the second profile after
resistance; its denominator is open, so every one of D10 is printed. The stages of the cascade need
not be passed one by one: a regimen can follow a review that concluded otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules

ACQUIRED, LOST, KEPT = "acquired", "lost", "in both"
NOT_CALLED = "not comparable"
SAME_ASSAY, DECLARED = "the same assay", "both panels declared, with genes in common"
COMPARABLE = "Paired profiles that can be compared"


def second_profile_after_failure(data: Datasets) -> pd.Series:
    """Patients with a passed second profile whose specimen was taken on or after the failure."""
    passed = profiles_passed(data)
    second = passed[passed["PROFNUM"].eq(2)]
    failure = second["USUBJID"].map(data["adsl"].set_index("USUBJID")["TFAILDT"])
    return second.loc[second["SPECDT"] >= failure, "USUBJID"].drop_duplicates()


def add_of_comparable(rows: EstimateRows, cell: Cell, who, base, rules: Rules) -> None:
    """A change of those who can be compared: n and N; of very few no percentage, of nobody NE."""
    everyone = set(base)
    least = rules.estimation.min_stratum
    why = f"fewer than {least} profiles that can be compared: no percentage"
    size = len(everyone)
    known: dict[str, Any] = {"unit": "patients", "n_subjects": size, "analysis_set": COMPARABLE}
    if size:
        rows.count(cell, set(who) & everyone, analysis_set=COMPARABLE)
    else:
        rows.add(cell, "n", None, text="NE", warning="no profiles that can be compared", **known)
    rows.add(cell, "N", size, **known)
    share = 100 * len(set(who) & everyone) / size if size >= max(least, 1) else None
    missing = {} if share is not None else {"text": "NE", "warning": why}
    rows.add(cell, "pct", share, **(known | {"unit": "%"} | missing))


@dataclass(frozen=True)
class Panels:
    """What the first and the second profile of a patient were sequenced with."""

    assays: tuple[frozenset[str], frozenset[str]]
    genes: tuple[frozenset[str] | None, frozenset[str] | None]  # None: an assay is not declared

    @property
    def kind(self) -> str:
        """How the two compare: `SAME_ASSAY`, `DECLARED` or `NOT_CALLED`."""
        if self.assays[0] and self.assays[0] == self.assays[1]:
            return SAME_ASSAY
        return DECLARED if self.common else NOT_CALLED

    @property
    def common(self) -> frozenset[str]:
        """Genes that both panels are declared to cover."""
        first, second = self.genes
        return first & second if first is not None and second is not None else frozenset()

    def compare(self, gene: str) -> bool:
        """Whether both profiles could have seen a gene."""
        return self.kind == SAME_ASSAY or gene in self.common


def _panels_of(tests: pd.DataFrame, rules: Rules) -> Panels:
    """The panels of one patient from the tests that passed."""
    declared = rules.molecular.assays
    names, genes = [], []
    for number in (1, 2):
        mine = frozenset(tests.loc[tests["PROFNUM"].eq(number), "ASSAY"].dropna())
        known = bool(mine) and all(name in declared for name in mine)
        names.append(mine)
        genes.append(frozenset().union(*(declared[n] for n in mine)) if known else None)
    return Panels((names[0], names[1]), (genes[0], genes[1]))


def profiles_passed(data: Datasets) -> pd.DataFrame:
    """Tests that passed quality control and were reported."""
    tests = data["adngs"]
    return tests[tests["QCSTAT"].eq("pass") & tests["REPDT"].notna()]


def paired_panels(data: Datasets, rules: Rules) -> dict[str, Panels]:
    """Patients with a first and a second profile that passed quality control, and their panels."""
    passed = profiles_passed(data)
    first, second = (set(passed.loc[passed["PROFNUM"].eq(n), "USUBJID"]) for n in (1, 2))
    return {
        patient: _panels_of(passed[passed["USUBJID"].eq(patient)], rules)
        for patient in sorted(first & second)
    }


def compared_panels(data: Datasets, rules: Rules) -> pd.Series:
    """How the two panels of each pair compare, by USUBJID."""
    kinds = {patient: panels.kind for patient, panels in paired_panels(data, rules).items()}
    return pd.Series(kinds, dtype=object)


def alteration_changes(data: Datasets, rules: Rules) -> pd.DataFrame:
    """Gene by gene, what differs between the first and the second profile.

    A change is called where both profiles could have seen the gene: the same assay, or panels
    declared in `rules.molecular.assays` that both cover it. Else a gene seen in one profile only is
    not comparable. A gene altered in both is never a question of the panel.

    Returns
    -------
    DataFrame
        One row per patient with both profiles and gene altered in either: USUBJID, GENE, CHANGE
        (``in both``, ``acquired``, ``lost``, ``not comparable``) and SEEN (the profile that has it:
        both, first, second).
    """
    passed, adgn = profiles_passed(data), data["adgn"]
    found = []
    for patient, panels in paired_panels(data, rules).items():
        mine = passed.loc[passed["USUBJID"].eq(patient), "TESTID"]
        own = adgn[adgn["USUBJID"].eq(patient) & adgn["TESTID"].isin(mine)]
        first, second = (set(own.loc[own["PROFNUM"].eq(n), "GENE"]) for n in (1, 2))
        for gene in sorted(first | second):
            seen = "both" if gene in first & second else "first" if gene in first else "second"
            change = {"both": KEPT, "first": LOST, "second": ACQUIRED}[seen]
            if seen != "both" and not panels.compare(gene):
                change = NOT_CALLED
            found.append((patient, gene, change, seen))
    return pd.DataFrame(found, columns=["USUBJID", "GENE", "CHANGE", "SEEN"], dtype=object)
