"""T14.1.5: source, assay, success and reasons for failure.

Per patient: all enrolled, and exclusive outcomes of the first profile. Per specimen: specimens and
tests are counted, not patients, for all and apart for tissue and blood.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.shares import quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share
from analysis.tabulation.summary import add_summary, add_tally
from schemas.terminology import QC_FAIL_REASON, QC_STATUS

OUTPUT = "T14.1.5"
NEEDS = ("biopsies", "sequencing")
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


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, "ENRLFL")
    _patients(rows, adsl, adngs)
    for group, kind in KINDS:
        mine = adngs if kind is None else adngs[adngs["SPECTYPE"].eq(kind)]
        _specimens(rows, group, mine, adngs)
    return rows


def _patients(rows: EstimateRows, adsl: pd.DataFrame, adngs) -> None:
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


def _specimens(rows: EstimateRows, group, adngs, everything) -> None:
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        patients_table(rows, rules, "Per patient"),
        specimens_table(rows, rules, "Per specimen and test"),
    )


_CONTENT = "Tumour content, %"


def _label(text: str) -> str:
    """A code as words; names of assays stay as they are."""
    return text.replace("_", " ")[:1].upper() + text.replace("_", " ")[1:]


def patients_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Source, outcome of the first profile, assay, failures: of all enrolled."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = estimates.frame[estimates.frame["analysis_id"].eq("per patient")]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        body.append(Row(parameter, heading=True))
        for category in estimates.categories("per patient", parameter):
            place: dict[str, Any] = {"parameter": parameter, "category": category}
            n = estimates.get("n", "per patient", **place)
            share = rounded(estimates.get("pct", "per patient", **place), decimals)
            body.append(Row(_label(category), (count(n), share), indent=1))
    columns = (Column("Patients"), Column("% of enrolled"))
    notes = (
        "First profile: exclusive; a repeat is any earlier specimen or test without a report.",
    )
    return Table(rows.output_id, "", columns, tuple(body), notes, title=title)


def specimens_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Specimens and tests, all and by source."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = estimates.frame[estimates.frame["analysis_id"].eq("per specimen")]
    groups = [group for group, _ in KINDS]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        body.append(Row(parameter, heading=True))
        for category in estimates.categories("per specimen", parameter):
            place: dict[str, Any] = {"parameter": parameter, "category": category}
            if parameter == _CONTENT:
                cells = [
                    quartiles_cell(estimates, 0, "per specimen", group=g, **place) for g in groups
                ]
                missing = [
                    count(estimates.get("n_missing", "per specimen", group=g, **place))
                    for g in groups
                ]
                body.append(Row("Median (Q1–Q3)", tuple(cells), indent=1))
                body.append(Row("Not recorded", tuple(missing), indent=1))
                continue
            cells = [_of(estimates, decimals, group, place) for group in groups]
            body.append(Row(_label(category), tuple(cells), indent=1))
    columns = tuple(Column(group) for group in groups)
    notes = (
        "Specimens and tests are counted, not patients. Percentages: of specimens; of tests; "
        "reasons of failed tests; the pass rate of each assay of its own tests.",
    )
    return Table(rows.output_id, "n/N (%)", columns, tuple(body), notes, title=title)


def _of(estimates: Numbers, decimals: int, group: str, place: dict[str, str]) -> str:
    text = share_cell(estimates, decimals, "per specimen", "n_events", group=group, **place)
    size = count(estimates.get("N", "per specimen", group=group, **place))
    return text.replace(" (", f"/{size} (", 1)
