"""Guided therapy after a bridge: response, PFS and failure start anew (SAP D9), and agree.

The bridge is given from day 1, guided therapy from the day told (day 120 unless said). Scans every
56 days: days 57, 113, 169, 225. Against a baseline of 30 mm PR is 21 mm or less; against one of
18 mm it is 12.6 mm or less, PD 23 mm or more. How a story is written: `measured_stories.py`.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.datasets.adcm import build_adcm
from analysis.datasets.build import derive_datasets
from analysis.endpoints.pfs_ratio import WITHOUT_PFS1, derive_pfs1
from tests.endpoints.measured_stories import measured_datasets, measured_extracts, results
from tests.endpoints.stories import CUTOFF, change_rules, read_table
from tests.tables import as_text, plan_rules, raw_frame

BRIDGED = "recommended, "
# CBORG and day, PFSG (day and event, + censored with CNSR), failure and day.
TABLE = """
what happened                                                                                      | CBORG | day | PFSG  | failed         | because

baseline -7 30, 57 PR 18, 113 PR 18, 120 guided, 169 PR 18, 225 PR 18                              | SD    | 169 | 225+1 | -              | shrank on the bridge, stable since: no response to guided therapy
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 169 PR 20, 225 PR 20                              | PR    | 169 | 225+1 | -              | 20 of 30 mm
baseline -7 30, 57 PD 40, 113 PD 50, 120 guided, 169 SD 34, 225 SD 34                              | PR    | 169 | 225+1 | -              | 34 of 50 mm: not lost because the first scan had 30
baseline -7 30, 57 PR 10, 113 PD 18, 120 guided, 169 SD 18, 225 SD 18                              | SD    | 169 | 225+1 | -              | the nadir of the bridge is not that of guided therapy
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 169 SD 30, 225 PD 40                              | SD    | 169 | 225   | resistance 225 | progression on guided therapy
baseline -7 30, 57 CR 0, 113 PR 6, 120 guided, 169 PR 6, 225 PR 5                                  | SD    | 169 | 225+1 | -              | less than CR after a CR on the bridge
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 169 CR 0, 225 PR 6                                | SD    | 169 | 225   | resistance 225 | less than CR after a CR on guided therapy
baseline -7 30, 57 SD 30, 120 PD 40, 120 guided, 169 SD 40, 225 SD 40                              | SD    | 169 | 225+1 | -              | a scan on the day of the first guided dose precedes it
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 121 PD 40                                         | PD    | 121 | 121   | resistance 121 | the day after it does not
baseline -7 30, 57 SD 30, 113 PD target 122, 120 guided, 169 SD 40                                 | SD    | 169 | 169+1 | -              | the assessment began before, its last scan came after the first guided dose
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided                                                    | MISSING | - | 1+7   | -              | nothing assessed since
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 169 PR, 225 PR                                    | NE    | 169 | 225+1 | -              | no lesions measured since: nothing to compare
baseline -7 30, 57 SD 30, 113 SD 30, 120 guided, 169 SD 30, 225 PD                                 | SD    | 169 | 225   | resistance 225 | a recorded PD stays PD where no lesion was measured

baseline -7 30, 57 SD 30, 98 guided, 169 PR 20, 225 PR 20                                          | PR    | 169 | 225+1 | -              | the last scan 41 days before: a baseline, flagged
baseline -7 30, 57 SD 30, 99 guided, 169 PR 20, 225 PR 20                                          | PR    | 169 | 225+1 | -              | 42 days before: likewise
baseline -7 30, 57 SD 30, 100 guided, 169 PR 20, 225 PR 20                                         | NE    | 169 | 1+6   | -              | 43 days before: no baseline, nothing can be said
baseline -7 30, 57 SD 30, 100 guided, 169 PR 20, 225 PD 40                                         | PD    | 225 | 225   | resistance 225 | but a recorded PD stays PD
baseline -7 30, 57 SD 30, 100 guided, 169 SD 20, 225 SD 40                                         | NE    | 169 | 1+6   | -              | a PD that only the lesions show does not

first guided, baseline -7 30, 57 PR 25, 113 PR 25                                                  | PR    | 57  | 113+1 | -              | guided from the first dose: as recorded, as for CBOR
first guided, baseline -7 30, 57 CR 0, 113 PR 6                                                    | SD    | 57  | 113   | resistance 113 | likewise less than CR after a CR
"""
ROWS = read_table(TABLE)


@pytest.fixture(scope="module")
def made():
    stories = [BRIDGED + row["what happened"] for row in ROWS]
    return measured_datasets(measured_extracts(stories), plan_rules())


def study_day(made, patient, date):
    start = made["adsl"].set_index("USUBJID")["TRTSDT"][patient]
    return "-" if pd.isna(date) else str((date - start).days + 1)


def pfs_cell(made, patient):
    rows = made["adtte"]
    row = rows[rows["PARAMCD"].eq("PFSG") & rows["USUBJID"].eq(patient)].iloc[0]
    if row["CNSR"] in (6, 7):  # on day 1 of guided therapy
        return f"{row['AVAL']}+{row['CNSR']}"
    return study_day(made, patient, row["ADT"]) + (f"+{row['CNSR']}" if row["CNSR"] else "")


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["because"] for row in ROWS])
def test_guided_therapy_is_neither_lost_to_nor_credited_with_the_bridge(made, number):
    patient, row = f"P{number + 1:03d}", ROWS[number]
    assert results(made, "CBORG")[patient] == row["CBORG"]
    assert study_day(made, patient, results(made, "CBORG", "ADT")[patient]) == row["day"]
    assert pfs_cell(made, patient) == row["PFSG"]
    failed = made["failure"].reindex([patient]).iloc[0]
    cell = f"{failed['TFAILRSN']} {study_day(made, patient, failed['TFAILDT'])}"
    assert (cell if pd.notna(failed["TFAILDT"]) else "-") == row["failed"]


def test_the_rule_is_said_with_the_result(made):
    because = results(made, "CBORG", "ANLRSN")
    number = {row["because"]: f"P{n:03d}" for n, row in enumerate(ROWS, start=1)}
    shrank = next(p for words, p in number.items() if words.startswith("shrank on the bridge"))
    none = next(p for words, p in number.items() if words.startswith("43 days before"))
    first = next(p for words, p in number.items() if words.startswith("guided from the first dose"))
    assert because[shrank] == (
        "SD from the minimum on; lesions against the last scan before guided therapy"
    )
    assert because[none] == (
        "not evaluable; no baseline scan before guided therapy: a PD stays PD, the rest is NE"
    )
    assert because[first] == "PR confirmed by a later PR or CR"


def test_the_raw_row_is_that_of_what_judged(made):
    """Lesions where they judge, else the record."""
    table = dict(zip(range(len(ROWS)), results(made, "CBORG", "SRCDOM"), strict=True))
    because = [row["because"] for row in ROWS]
    assert table[because.index("20 of 30 mm")] == "tumour_lesions"
    assert table[because.index("but a recorded PD stays PD")] == "tumour_responses"
    assert table[len(ROWS) - 1] == "tumour_responses"


def test_cbor_and_the_bridge_itself_are_judged_as_before(made):
    assert results(made, "CBOR")["P001"] == "PR"
    assert results(made, "CBOR")["P003"] == "PD"


# PFS1 is of the regimen immediately before guided therapy. The NACT of day 60 is a second one, with
# a baseline of its own: the last scan in the 42 days before it. Days count from its start there:
# day 60 is its day 1, so day 113 its day 54, day 120 its day 61.
ON_THE_LINE = """
what happened                                                                              | recorded | derived | because

baseline -7 30, 57 SD 30, 113 PD 40, 120 guided                                            | 113 | 113 | the only bridge, from day 1
baseline -7 30, 57 SD 30, 120 PD 40, 120 guided                                            | 120 | 120 | a scan on the day of the first guided dose still belongs to it
baseline -7 30, 57 SD 30, 121 PD 40, 120 guided                                            | -   | -   | the day after does not
baseline -7 30, 1 PD 40, 57 SD 40, 120 guided                                              | -   | -   | on the first day of the bridge: of the line before
baseline -7 30, 57 CR 0, 113 PR 6, 120 guided                                              | 113 | 113 | less than CR after a CR on the bridge
baseline -7 30, 57 SD 30, 80 stop progression, 120 guided                                  | -   | -   | stopped for progression without a date of it
baseline -7 30, 57 PD 40, 60 NACT, 113 SD 40, 120 guided                                   | -   | -   | grew on the first bridge, stable on the second
baseline -7 30, 57 PD 40, 60 NACT, 113 PD 40, 120 guided                                   | -   | -   | still called PD against the first scan, but stable since the last before the second
baseline -7 30, 57 PD 40, 60 NACT, 113 PD 50, 120 guided                                   | 54  | 54  | grew on both
baseline -7 30, 57 PD 40, 60 NACT, 113 PD, 120 guided                                      | 54  | -   | called PD, no lesion measured: as recorded
baseline -7 30, 57 PD 40, 60 NACT, 113 SD 50, 120 guided                                   | -   | 54  | the lesions grew, but no progression is recorded
baseline -7 30, 57 CR 0, 60 NACT, 113 PR 0, 120 guided                                     | -   | -   | a CR on the first bridge is not the second's
baseline -7 30, 57 PD 40, 60 PD 40, 60 NACT, 120 guided                                    | -   | -   | on the first day of the second bridge
baseline -7 30, 17 PD 40, 60 NACT, 113 PD 40, 120 guided                                   | 54  | -   | the last scan lies 43 days before the second bridge: nothing to judge by
first guided, baseline -7 30, 57 PD 40                                                     | -   | -   | guided from the first dose: no bridge
"""
LINES = read_table(ON_THE_LINE)


@pytest.mark.parametrize("source", ["recorded", "derived"])
def test_pfs1_on_a_bridge_is_judged_against_the_last_scan_before_that_bridge(source):
    rules = change_rules(plan_rules(), "response", source=source)
    made = measured_datasets(
        measured_extracts([BRIDGED + row["what happened"] for row in LINES]), rules
    )
    start = made["adsl"].set_index("USUBJID")["GUIDDT"]
    none = raw_frame("prior_treatments", [])
    prior = build_adcm(none, start, rules)
    found = derive_pfs1(start, made["adex"], prior, made["line"], rules)["PFS1"]
    told = {row["because"]: "-" if pd.isna(days) else str(days)
            for row, days in zip(LINES, found, strict=True)}  # fmt: skip
    assert told == {row["because"]: row[source] for row in LINES}


def test_the_set_of_the_pfs_ratio_follows():
    """From the raw extracts: a progression on the first day of a bridge is not its PFS1."""
    stories = (
        "baseline -7 30, 30 PD 40, 30 NACT, 60 guided, 113 SD 40, 169 PD 60",
        "baseline -7 30, 31 PD 40, 60 guided, 113 SD 40, 169 PD 60",
    )
    extracts = measured_extracts([BRIDGED + story for story in stories])
    cut = SimpleNamespace(clinical_cutoff=CUTOFF.date())
    adsl = derive_datasets(extracts, cut, plan_rules())[0]["adsl"].set_index("USUBJID")
    assert list(adsl["GUIDFL"]) == ["Y", "Y"]
    assert [as_text(value) for value in adsl["PFSRFL"]] == [None, "Y"]
    assert [as_text(value) for value in adsl["PFS1"]] == [None, "31"]
    assert [as_text(value) for value in adsl["PFS1RSN"]] == [WITHOUT_PFS1[1], None]


def test_responses_from_the_lesions_give_the_same_where_the_record_agrees_with_them(made):
    rules = change_rules(plan_rules(), "response", source="derived")
    derived = measured_datasets(
        measured_extracts([BRIDGED + row["what happened"] for row in ROWS]), rules
    )
    agree = [
        f"P{n:03d}" for n, row in enumerate(ROWS, start=1)
        if "first guided" not in row["what happened"] and row["CBORG"] != "NE"
        and "recorded PD" not in row["because"]
    ]  # fmt: skip
    assert len(agree) > 10
    for result in ("AVALC", "ADT"):
        ours, theirs = (results(each, "CBORG", result)[agree] for each in (made, derived))
        pd.testing.assert_series_equal(ours, theirs)
    pd.testing.assert_frame_equal(
        made["failure"][made["failure"].index.isin(agree)],
        derived["failure"][derived["failure"].index.isin(agree)],
    )
