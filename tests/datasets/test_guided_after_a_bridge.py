"""Guided therapy after a bridge: response, PFS and failure start anew (SAP D9), and agree.

The bridge is given from day 1, guided therapy from the day told (day 120 unless said). Scans every
56 days: days 57, 113, 169, 225. Against a baseline of 30 mm PR is 21 mm or less; against one of
18 mm it is 12.6 mm or less, PD 23 mm or more. How a story is written: `measured_stories.py`.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.datasets.adrs import progressions
from analysis.endpoints.pfs_ratio import derive_pfs1
from tests.endpoints.measured_stories import measured_datasets, measured_extracts, results
from tests.endpoints.stories import change_rules, read_table
from tests.tables import plan_rules

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


def test_pfs_on_the_bridge_ends_by_what_was_seen_up_to_the_first_guided_dose(made):
    """The same scans count for the line before: the day of the first guided dose included."""
    rules = plan_rules()
    start = made["adsl"].set_index("USUBJID")["GUIDDT"]
    prior = pd.DataFrame(columns=["USUBJID", "LINE", "THERCLS", "STOPRSN", "PFS1"])
    seen = progressions(made["adrs"], rules)
    pfs1 = derive_pfs1(start, made["adex"], prior, seen, rules)["PFS1"]
    number = {row["what happened"]: f"P{n:03d}" for n, row in enumerate(ROWS, start=1)}
    on_that_day = next(p for story, p in number.items() if "120 PD 40, 120 guided" in story)
    after_cr = next(p for story, p in number.items() if "57 CR 0, 113 PR 6, 120 guided" in story)
    assert pfs1[on_that_day] == 120
    assert pfs1[after_cr] == 113
    assert pd.isna(pfs1["P001"])


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
