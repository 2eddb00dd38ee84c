"""T14.2.10.1 and T14.2.10.2: guidance by a second profile; acquired and lost alterations. SAP D10.

The registered endpoint asks for the proportion on therapy guided by the second profile after
resistance; its denominator is open, so every one of D10 is printed. The stages of the cascade need
not be passed one by one: a regimen can follow a review that concluded otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.datasets.adrs import progressions
from analysis.endpoints.treatment_failure import derive_treatment_failure
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import in_set
from analysis.outputs.proportion import add_proportion, add_share
from analysis.outputs.study_end import ENDS, study_end

STAGES = (
    ("FAILED", "Failed or not tolerated"),
    ("SEQ2FL", "Second NGS, quality control passed"),
    ("MTB2FL", "Second profile discussed by MTB"),
    ("ACT2FL", "Intervenable variant in the second profile"),
    ("GUID2FL", "Therapy guided by the second profile"),
)
RESISTANT = "guided, resistance (main)"
FAILED = "guided, resistance or intolerance"
ANY_TARGETED = "targeted or guided, failed"
ENROLLED = "all enrolled"
SEQUENCED = "second NGS done"
DENOMINATORS = (RESISTANT, FAILED, ANY_TARGETED, ENROLLED, SEQUENCED)
ANALYSIS_SETS = {ANY_TARGETED: "TRTFL", ENROLLED: "ENRLFL"}
ACQUIRED, LOST, KEPT = "acquired", "lost", "in both"
NOT_CALLED = "not comparable"
SAME_ASSAY, DECLARED = "the same assay", "both panels declared, with genes in common"
PAIRED = "Paired profiles"
COMPARABLE = "Paired profiles that can be compared"


def failed_on_targeted(data, rules) -> pd.Index:
    """Patients whose guided regimen or targeted drug failed, by the rule of TFAILFL.

    The denominator "all targeted failures, those not guided included" of D10: of the guided
    regimens those of TFAILFL itself, so that the two cannot differ.
    """
    adsl, adex = data["adsl"], data["adex"]
    others = adex["GUIDFL"].ne("Y") & adex["THERCLS"].eq("targeted")
    considered = adex.assign(GUIDFL=pd.Series("Y", adex.index, dtype=object).where(others, None))
    failed = derive_treatment_failure(considered, progressions(data["adrs"], rules), rules).index
    return failed.union(in_set(adsl, "TFAILFL")["USUBJID"])


def denominators(data, rules) -> dict[str, pd.Series]:
    """Patients in each denominator of D10."""
    adsl = data["adsl"]
    failed = in_set(adsl, "TFAILFL")
    targeted = failed_on_targeted(data, rules)
    return {
        RESISTANT: failed.loc[failed["TFAILRSN"].eq("resistance"), "USUBJID"],
        FAILED: failed["USUBJID"],
        ANY_TARGETED: adsl.loc[adsl["USUBJID"].isin(targeted), "USUBJID"],
        ENROLLED: adsl["USUBJID"],
        SEQUENCED: in_set(failed, "SEQ2FL")["USUBJID"],
    }


def second_guidance(data, rules) -> EstimateRows:
    """T14.2.10.1: the cascade after failure of guided therapy, under each denominator.

    Patients counted in a stage are guided patients whose therapy failed (TFAILFL) and who reached
    it; "targeted or guided, failed" counts second profiles of patients on targeted drugs that were
    not guided as well.

    Returns
    -------
    EstimateRows
        Analysis = denominator, parameter = stage flag (n, N, estimate, limits). "without a second
        NGS" (exclusive, adding up to the failed without one), "specimen" (of second NGS: taken on
        or after the failure) and "acquired" (of the second NGS that can be compared with the first:
        a gene altered that was not).
    """
    adsl = data["adsl"]
    rows = EstimateRows("T14.2.10.1", "TFAILFL")
    populations = denominators(data, rules)
    failed = in_set(adsl, "TFAILFL")
    for label, population in populations.items():
        base = populations[ANY_TARGETED] if label == ANY_TARGETED else failed["USUBJID"]
        for flag, stage in STAGES:
            reached = base if flag == "FAILED" else in_set(adsl, flag)["USUBJID"]
            who = reached[reached.isin(base) & reached.isin(population)]
            cell = Cell(label, parameter=flag, category=stage)
            where = ANALYSIS_SETS.get(label)
            add_proportion(rows, cell, who, population, rules, analysis_set=where)
    _without(rows, failed)
    _second_tests(rows, data, in_set(failed, "SEQ2FL"), rules)
    return rows


def second_profile_after_failure(data) -> pd.Series:
    """Patients with a passed second profile whose specimen was taken on or after the failure."""
    passed = _passed(data)
    second = passed[passed["PROFNUM"].eq(2)]
    failure = second["USUBJID"].map(data["adsl"].set_index("USUBJID")["TFAILDT"])
    return second.loc[second["SPECDT"] >= failure, "USUBJID"].drop_duplicates()


def _without(rows: EstimateRows, failed: pd.DataFrame) -> None:
    """Why there is no second profile after failure, exclusively."""
    none = failed[failed["SEQ2FL"].ne("Y")]
    end = study_end(none)
    for label in ENDS:
        who = none.loc[end.eq(label), "USUBJID"]
        add_share(rows, Cell("without a second NGS", category=label), who, none["USUBJID"])


def _second_tests(rows: EstimateRows, data, sequenced: pd.DataFrame, rules) -> None:
    """Second profiles after failure: of which specimen, and whether a gene is newly altered."""
    after = second_profile_after_failure(data)
    who = sequenced.loc[sequenced["USUBJID"].isin(after), "USUBJID"]
    add_share(rows, Cell("specimen", category="on or after the failure"), who, sequenced["USUBJID"])
    changes = alteration_changes(data, rules)
    new = changes.loc[changes["CHANGE"].eq(ACQUIRED), "USUBJID"]
    kinds = compared_panels(data, rules)
    can = kinds.index[kinds.ne(NOT_CALLED)]
    base = sequenced.loc[sequenced["USUBJID"].isin(can), "USUBJID"]
    cell = Cell("acquired", category="a gene newly altered, of profiles that can be compared")
    _of_comparable(rows, cell, base[base.isin(new)], base, rules)


def _of_comparable(rows: EstimateRows, cell: Cell, who, base, rules) -> None:
    """A change of those who can be compared: n and N; of very few no percentage, of nobody NE."""
    everyone = set(base)
    least = rules.estimation.min_stratum
    why = f"fewer than {least} profiles that can be compared: no percentage"
    size = len(everyone)
    known = {"unit": "patients", "n_subjects": size, "analysis_set": COMPARABLE}
    if size:
        rows.count(cell, set(who) & everyone, analysis_set=COMPARABLE)
    else:
        rows.add(cell, "n", None, text="NE", warning="no profiles that can be compared", **known)
    rows.add(cell, "N", size, **known)
    share = 100 * len(set(who) & everyone) / size if size >= max(least, 1) else None
    missing = {} if share is not None else {"text": "NE", "warning": why}
    rows.add(cell, "pct", share, **(known | {"unit": "%"}), **missing)


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


def _panels_of(tests: pd.DataFrame, rules) -> Panels:
    """The panels of one patient from the tests that passed."""
    declared = rules.molecular.assays
    names, genes = [], []
    for number in (1, 2):
        mine = frozenset(tests.loc[tests["PROFNUM"].eq(number), "ASSAY"].dropna())
        known = bool(mine) and all(name in declared for name in mine)
        names.append(mine)
        genes.append(frozenset().union(*(declared[n] for n in mine)) if known else None)
    return Panels(tuple(names), tuple(genes))


def _passed(data) -> pd.DataFrame:
    tests = data["adngs"]
    return tests[tests["QCSTAT"].eq("pass") & tests["REPDT"].notna()]


def paired_panels(data, rules) -> dict[str, Panels]:
    """Patients with a first and a second profile that passed quality control, and their panels."""
    passed = _passed(data)
    first, second = (set(passed.loc[passed["PROFNUM"].eq(n), "USUBJID"]) for n in (1, 2))
    return {
        patient: _panels_of(passed[passed["USUBJID"].eq(patient)], rules)
        for patient in sorted(first & second)
    }


def compared_panels(data, rules) -> pd.Series:
    """How the two panels of each pair compare, by USUBJID."""
    kinds = {patient: panels.kind for patient, panels in paired_panels(data, rules).items()}
    return pd.Series(kinds, dtype=object)


def alteration_changes(data, rules) -> pd.DataFrame:
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
    passed, adgn = _passed(data), data["adgn"]
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


def acquired_and_lost(data, rules) -> EstimateRows:
    """T14.2.10.2: patients by gene and change between the two profiles.

    Returns
    -------
    EstimateRows
        Analysis "any" (n, N, pct of patients with at least one gene of each change) and "gene"
        (parameter = gene, category = change): acquired and lost of the pairs that can be compared
        (on that gene), not estimable where none can and without a percentage below
        ``estimation.min_stratum``; in both, patients; not comparable, patients by the profile that
        has the gene (group: first, second). "panel" counts pairs by how they compare.
    """
    pairs = paired_panels(data, rules)
    changes = alteration_changes(data, rules)
    rows = EstimateRows("T14.2.10.2", PAIRED)
    rows.count(Cell("patients"), pairs)
    kinds = compared_panels(data, rules)
    for kind in (SAME_ASSAY, DECLARED, NOT_CALLED):
        add_share(rows, Cell("panel", category=kind), kinds.index[kinds.eq(kind)], pairs)
    comparable = kinds.index[kinds.ne(NOT_CALLED)]
    for change in (KEPT, ACQUIRED, LOST, NOT_CALLED):
        who = set(changes.loc[changes["CHANGE"].eq(change), "USUBJID"])
        cell = Cell("any", category=change)
        if change in (ACQUIRED, LOST):
            _of_comparable(rows, cell, who, comparable, rules)
        else:
            add_share(rows, cell, who, pairs)
    sizes = changes.groupby("GENE")["USUBJID"].nunique()
    for gene in sorted(sizes.index, key=lambda name: (-sizes[name], name)):
        _gene(rows, gene, changes[changes["GENE"].eq(gene)], pairs, rules)
    return rows


def _gene(
    rows: EstimateRows, gene: str, mine: pd.DataFrame, pairs: dict[str, Panels], rules
) -> None:
    """One gene: in both, acquired, lost, and what cannot be compared."""
    both = mine.loc[mine["CHANGE"].eq(KEPT), "USUBJID"]
    rows.count(Cell("gene", parameter=gene, category=KEPT), both)
    comparable = [patient for patient, panels in pairs.items() if panels.compare(gene)]
    for change in (ACQUIRED, LOST):
        who = mine.loc[mine["CHANGE"].eq(change), "USUBJID"]
        cell = Cell("gene", parameter=gene, category=change)
        _of_comparable(rows, cell, who, comparable, rules)
    for seen in ("first", "second"):
        which = mine["CHANGE"].eq(NOT_CALLED) & mine["SEEN"].eq(seen)
        cell = Cell("gene", group=seen, parameter=gene, category=NOT_CALLED)
        rows.count(cell, mine.loc[which, "USUBJID"])
