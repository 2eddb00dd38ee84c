"""T14.1.5: specimens and sequencing, per patient and per specimen. SAP 14.1.

Per patient: all enrolled, and exclusive outcomes of the first profile. Per specimen: specimens and
tests are counted, not patients, for all and apart for tissue and blood.
"""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import in_set
from analysis.outputs.proportion import add_share
from analysis.outputs.summary import add_summary, add_tally
from schemas.terminology import QC_FAIL_REASON, QC_STATUS

SOURCE = "Source of the specimens"
SOURCES = ("Tissue only", "Blood only", "Tissue and blood", "No specimen")
OUTCOME = "First profile"
FIRST_TIME = "Passed at the first specimen"
REPEATED = "Passed after a repeat"
OUTCOMES = (
    FIRST_TIME,
    REPEATED,
    "Report pending",
    "Failed",
    "No adequate specimen",
    "Specimen not tested yet",
    "No specimen",
)
ANY_PROFILE = "Any profile, first or second (T14.1.1)"
FAILED_FOR = "Last failure of patients without a first profile"
KINDS = (("All", None), ("Tissue", "tissue"), ("Blood", "blood"))


def first_profile_outcome(adsl: pd.DataFrame, adngs: pd.DataFrame) -> pd.Series:
    """Exclusive outcome of the first profile of every patient, by USUBJID.

    A repeat is any earlier specimen or test that brought no report: inadequate, failed, not tested.
    Specimens of a second profile do not count.
    """
    first = adngs[adngs["PROFNUM"].ne(2).fillna(True).astype(bool)]
    ordered = first.sort_values(["USUBJID", "SPECDT", "SPECID", "TESTID"], kind="stable")
    passed = ordered["QCSTAT"].eq("pass") & ordered["REPDT"].notna()
    before = ordered.groupby("USUBJID").cumcount()
    by = ordered["USUBJID"]
    tests = ordered[passed].assign(before=before[passed]).drop_duplicates("USUBJID")
    tries = tests.set_index("USUBJID")["before"]
    outcome = pd.Series("No specimen", index=pd.Index(adsl["USUBJID"]), dtype=object)
    for label, who in (
        ("Specimen not tested yet", by),
        ("No adequate specimen", _all_inadequate(ordered)),
        ("Failed", by[ordered["QCSTAT"].eq("fail")]),
        ("Report pending", by[ordered["QCSTAT"].eq("pending")]),
        (REPEATED, tries.index[tries.gt(0)]),
        (FIRST_TIME, tries.index[tries.eq(0)]),
    ):
        outcome[outcome.index.isin(list(who))] = label
    return outcome


def _all_inadequate(specimens: pd.DataFrame) -> pd.Index:
    """Patients whose specimens were all inadequate and untested."""
    usable = specimens["ADEQFL"].eq("Y") | specimens["TESTID"].notna()
    any_usable = usable.groupby(specimens["USUBJID"]).any()
    return any_usable.index[~any_usable]


def specimens_and_sequencing(data, rules) -> EstimateRows:
    """T14.1.5: source, assay, success and reasons for failure.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adngs``.
    rules : Rules
        Not used; the signature is that of every output.

    Returns
    -------
    EstimateRows
        Analysis "per patient" (n, N, pct of enrolled) and "per specimen" (n_events, N, pct of
        specimens or tests; group All, Tissue, Blood).
    """
    adsl, adngs = data["adsl"], data["adngs"]
    rows = EstimateRows("T14.1.5", "ENRLFL")
    _patients(rows, adsl, adngs)
    for group, kind in KINDS:
        mine = adngs if kind is None else adngs[adngs["SPECTYPE"].eq(kind)]
        _specimens(rows, group, mine, adngs)
    return rows


def _patients(rows, adsl, adngs) -> None:
    everyone = adsl["USUBJID"]

    def share(parameter, category, who):
        cell = Cell("per patient", parameter=parameter, category=category)
        add_share(rows, cell, who, everyone)

    tissue = everyone.isin(adngs.loc[adngs["SPECTYPE"].eq("tissue"), "USUBJID"])
    blood = everyone.isin(adngs.loc[adngs["SPECTYPE"].eq("blood"), "USUBJID"])
    for category, holds in zip(
        SOURCES, (tissue & ~blood, blood & ~tissue, tissue & blood, ~tissue & ~blood), strict=True
    ):
        share(SOURCE, category, everyone[holds])
    outcome = first_profile_outcome(adsl, adngs)
    for category in OUTCOMES:
        share(OUTCOME, category, outcome.index[outcome.eq(category)])
    share(ANY_PROFILE, "passed", in_set(adsl, "SEQFL")["USUBJID"])
    _assays_and_failures(share, adngs, outcome)


def _assays_and_failures(share, adngs, outcome) -> None:
    first = adngs[adngs["PROFNUM"].eq(1).fillna(False).astype(bool)]
    passed = first[first["QCSTAT"].eq("pass") & first["REPDT"].notna()]
    passed = passed.sort_values(["USUBJID", "REPDT", "TESTID"], kind="stable")
    passed = passed.drop_duplicates("USUBJID")
    for assay in sorted(passed["ASSAY"].dropna().unique()):
        share("Assay of the first profile", assay, passed.loc[passed["ASSAY"].eq(assay), "USUBJID"])
    none = outcome.index[~outcome.isin([FIRST_TIME, REPEATED])]
    failed = first[first["QCSTAT"].eq("fail") & first["USUBJID"].isin(none)]
    failed = failed.sort_values(["USUBJID", "SPECDT", "TESTID"], kind="stable")
    last = failed.drop_duplicates("USUBJID", keep="last")
    for reason in QC_FAIL_REASON:
        share(FAILED_FOR, reason, last.loc[last["QCRSN"].eq(reason), "USUBJID"])


def _specimens(rows, group, adngs, everything) -> None:
    specimens = adngs.drop_duplicates("SPECID")
    tests = adngs[adngs["TESTID"].notna()]
    failed = tests[tests["QCSTAT"].eq("fail")]

    def tally(parameter, category, n, size, unit):
        cell = Cell("per specimen", group, parameter=parameter, category=category)
        add_tally(rows, cell, int(n), size, unit=unit)

    tally("Specimens", "collected", len(specimens), len(specimens), "specimens")
    tally("Specimens", "adequate", specimens["ADEQFL"].eq("Y").sum(), len(specimens), "specimens")
    tested = specimens["SPECID"].isin(tests["SPECID"]).sum()
    tally("Specimens", "sequenced at least once", tested, len(specimens), "specimens")
    content = Cell("per specimen", group, parameter="Tumour content, %")
    known = specimens["TUMPCT"].astype("float64")
    add_summary(rows, content, known, unit="%", counted="specimens")
    for profile in (1, 2):
        n = tests["PROFNUM"].eq(profile).sum()
        tally("Tests", f"profile {profile}", n, len(tests), "tests")
    for status in QC_STATUS:
        n = tests["QCSTAT"].eq(status).sum()
        tally("Quality control", status, n, len(tests), "tests")
    for reason in QC_FAIL_REASON:
        n = failed["QCRSN"].eq(reason).sum()
        tally("Reason for failure", reason, n, len(failed), "failed tests")
    for assay in sorted(everything["ASSAY"].dropna().unique()):
        of_assay = tests[tests["ASSAY"].eq(assay)]
        n = of_assay["QCSTAT"].eq("pass").sum()
        tally("Passed, by assay", assay, n, len(of_assay), "tests")
