"""T14.2.10.1 and T14.2.10.2: guidance by a second profile; acquired and lost alterations. SAP D10.

The registered endpoint asks for the proportion on therapy guided by the second profile after
resistance; its denominator is open, so every one of D10 is printed. The stages of the cascade need
not be passed one by one: a regimen can follow a review that concluded otherwise.
"""

from __future__ import annotations

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
NOT_CALLED = "panels differ, not called"


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
        or after the failure) and "acquired" (of second NGS: a gene altered that was not).
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
    tests = data["adngs"]
    second = tests[tests["PROFNUM"].eq(2) & tests["QCSTAT"].eq("pass") & tests["REPDT"].notna()]
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
    after = second_profile_after_failure(data)
    who = sequenced.loc[sequenced["USUBJID"].isin(after), "USUBJID"]
    add_share(rows, Cell("specimen", category="on or after the failure"), who, sequenced["USUBJID"])
    changes = alteration_changes(data, rules)
    new = changes.loc[changes["CHANGE"].eq(ACQUIRED), "USUBJID"]
    who = sequenced.loc[sequenced["USUBJID"].isin(new), "USUBJID"]
    add_share(rows, Cell("acquired", category="a gene newly altered"), who, sequenced["USUBJID"])


def _covered(assays: pd.Series, rules) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Genes that the panels of a profile cover (None: one is not declared), and the assays."""
    names = frozenset(assays.dropna())
    panels = rules.molecular.assays
    if not names or not all(name in panels for name in names):
        return None, names
    return frozenset().union(*(panels[name] for name in names)), names


def alteration_changes(data, rules) -> pd.DataFrame:
    """Gene by gene, what differs between the first and the second profile.

    A change is called where the other profile could have seen the gene: the same assay, or panels
    declared in `rules.molecular.assays` that both cover it. Else it is not called. A gene altered
    in both is never a question of the panel.

    Returns
    -------
    DataFrame
        One row per patient with both profiles and gene altered in either: USUBJID, GENE, CHANGE
        (``in both``, ``acquired``, ``lost``, ``panels differ, not called``) and SEEN (the profile
        that has it: both, first, second).
    """
    tests, adgn = data["adngs"], data["adgn"]
    passed = tests[tests["QCSTAT"].eq("pass") & tests["REPDT"].notna()]
    found = []
    for patient in paired_patients(data):
        mine = passed[passed["USUBJID"].eq(patient)]
        (first_genes, first_names), (second_genes, second_names) = (
            _covered(mine.loc[mine["PROFNUM"].eq(number), "ASSAY"], rules) for number in (1, 2)
        )
        own = adgn[adgn["USUBJID"].eq(patient) & adgn["TESTID"].isin(mine["TESTID"])]
        first, second = (set(own.loc[own["PROFNUM"].eq(n), "GENE"]) for n in (1, 2))
        known = first_genes is not None and second_genes is not None
        both_see = first_genes & second_genes if known else frozenset()
        for gene in sorted(first | second):
            seen = "both" if gene in first & second else "first" if gene in first else "second"
            comparable = first_names == second_names or gene in both_see
            change = {"both": KEPT, "first": LOST, "second": ACQUIRED}[seen]
            if seen != "both" and not comparable:
                change = NOT_CALLED
            found.append((patient, gene, change, seen))
    return pd.DataFrame(found, columns=["USUBJID", "GENE", "CHANGE", "SEEN"], dtype=object)


def paired_patients(data) -> list[str]:
    """Patients with a first and a second profile that passed quality control."""
    tests = data["adngs"]
    passed = tests[tests["QCSTAT"].eq("pass") & tests["REPDT"].notna()]
    first, second = (set(passed.loc[passed["PROFNUM"].eq(n), "USUBJID"]) for n in (1, 2))
    return sorted(first & second)


def acquired_and_lost(data, rules) -> EstimateRows:
    """T14.2.10.2: patients by gene and change between the two profiles.

    Returns
    -------
    EstimateRows
        Analysis "gene" (parameter = gene, category = change; group "first" or "second" names the
        profile that has a gene not called) and "any" (patients with at least one such change), both
        over the patients with two profiles; "panel" counts pairs by how they compare.
    """
    paired = paired_patients(data)
    changes = alteration_changes(data, rules)
    rows = EstimateRows("T14.2.10.2", "Paired profiles")
    rows.count(Cell("patients"), paired)
    _panels(rows, data, paired, rules)
    for change in (ACQUIRED, LOST, KEPT, NOT_CALLED):
        who = changes.loc[changes["CHANGE"].eq(change), "USUBJID"]
        add_share(rows, Cell("any", category=change), who, paired)
    sizes = changes.groupby("GENE")["USUBJID"].nunique()
    for gene in sorted(sizes.index, key=lambda name: (-sizes[name], name)):
        mine = changes[changes["GENE"].eq(gene)]
        for change in (ACQUIRED, LOST, KEPT):
            who = mine.loc[mine["CHANGE"].eq(change), "USUBJID"]
            rows.count(Cell("gene", parameter=gene, category=change), who)
        for seen in ("first", "second"):
            which = mine["CHANGE"].eq(NOT_CALLED) & mine["SEEN"].eq(seen)
            cell = Cell("gene", group=seen, parameter=gene, category=NOT_CALLED)
            rows.count(cell, mine.loc[which, "USUBJID"])
    return rows


def _panels(rows: EstimateRows, data, paired: list[str], rules) -> None:
    tests = data["adngs"]
    passed = tests[tests["QCSTAT"].eq("pass") & tests["USUBJID"].isin(paired)]
    kinds: dict[str, list[str]] = {"the same assay": [], "both panels declared": [], NOT_CALLED: []}
    for patient, mine in passed.groupby("USUBJID", sort=True):
        sides = [_covered(mine.loc[mine["PROFNUM"].eq(n), "ASSAY"], rules) for n in (1, 2)]
        if sides[0][1] == sides[1][1]:
            kinds["the same assay"].append(patient)
        elif all(genes is not None for genes, _ in sides):
            kinds["both panels declared"].append(patient)
        else:
            kinds[NOT_CALLED].append(patient)
    for label, who in kinds.items():
        add_share(rows, Cell("panel", category=label), who, paired)
