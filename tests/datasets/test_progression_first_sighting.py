"""A new lesion confirmed later is progression from its first sighting, in every endpoint.

One target, one new lesion Z that is doubtful first. Scans on days 57, 113, 169, 225. A cell says
what it is and, where there is one, the study day. How a story is written: `measured_stories.py`.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.datasets.adrs import progressions
from analysis.datasets.adrs_sources import reference
from analysis.endpoints.assessments import after_start, driving_assessments, effective_responses
from analysis.endpoints.best_overall_response import derive_cbor
from analysis.endpoints.response_at_visit import status_at_visits
from analysis.endpoints.response_sets import flag_evalfl
from tests.endpoints.measured_stories import measured_datasets, measured_extracts, results
from tests.endpoints.stories import change_rules, read_table
from tests.tables import plan_rules

BASELINE = "baseline -7 20, "
# PD: day of progression and of the assessment that counts as it; weeks: status at 8, 16 and 24.
TABLE = """
what was seen                                                                                                        | BOR        | CBOR       | PD             | PFS   | weeks                      | because

57 PR 10, 57 Z equivocal, 113 PR 10, 113 Z equivocal, 169 PD new, 169 Z unequivocal                                  | PD 57      | PD 57      | 57 at 57       | 57    | PD, PD before, PD before   | two responses recorded under the lesion are none
57 PR 10, 113 PR 10, 169 PR 10, 169 Z equivocal, 225 PD new, 225 Z unequivocal                                       | PR 57      | PR 57      | 169 at 169     | 169   | PR, PR, PD                 | a response before it stays
57 PR 10, 113 PR 10, 113 Z equivocal, 169 PD new, 169 Z unequivocal                                                  | PR 57      | SD 57      | 113 at 113     | 113   | PR, PD, PD before          | the confirming scan is the progression
57 SD 20, 57 Z equivocal 59, 113 PD new, 113 Z unequivocal                                                           | PD 57      | PD 57      | 59 at 57       | 59    | PD, PD before, PD before   | dated by the scan that showed it
57 NE, 57 Z equivocal, 113 PD new, 113 Z unequivocal                                                                 | PD 57      | PD 57      | 57 at 57       | 57    | PD, PD before, PD before   | not evaluable otherwise, progression all the same
57 SD 20, 57 Z equivocal, 113 PD 40, 169 PD new, 169 Z unequivocal                                                   | PD 57      | PD 57      | 57 at 57       | 57    | PD, PD before, PD before   | confirmed after another first progression
57 SD 20, 57 Z equivocal, 90 NACT, 113 PD new, 113 Z unequivocal                                                     | PD 57      | PD 57      | 57 at 57       | 57    | PD, PD before, PD before   | confirmed on new therapy
57 SD 20, 80 Z equivocal, 113 PR 10, 169 PD new, 169 Z unequivocal                                                   | SD 57      | SD 57      | 80 at 113      | 80    | SD, PD, PD before          | no response recorded on the day: the next one counts as PD
57 SD 20, 80 Z equivocal, 113 PD 40, 169 PD new, 169 Z unequivocal                                                   | SD 57      | SD 57      | 80 at 113      | 80    | SD, PD, PD before          | likewise where the next one is a progression of another kind
57 SD 20, 80 Z equivocal, 113 PD new, 113 Z unequivocal                                                              | SD 57      | SD 57      | 80 at 113      | 80    | SD, PD, PD before          | likewise where the next one confirms
57 CR 0, 113 SD 4, 113 Z unequivocal, 57 Z equivocal                                                                 | PD 57      | PD 57      | 57 at 57       | 57    | PD, PD before, PD before   | confirmed where less than CR counts as progression

57 PR 10, 57 Z equivocal, 113 PR 10, 113 Z equivocal, 169 PD 20                                                      | PR 57      | PR 57      | 169 at 169     | 169   | PR, PR, PD                 | never confirmed
57 PR 10, 57 Z equivocal, 113 PR 10, 113 Z unequivocal                                                               | PR 57      | PR 57      | -              | 113+1 | PR, PR, Not done           | the investigator never recorded the progression
57 PR 10, 57 Z equivocal, 113 PR 10, 113 Z2 unequivocal, 169 PD new, 169 Z2 unequivocal                              | PR 57      | PR 57      | 169 at 169     | 169   | PR, PR, PD                 | another lesion was confirmed
-7 Z equivocal, 57 PR 10, 113 PR 10, 169 PD new, 169 Z unequivocal                                                   | PR 57      | PR 57      | 169 at 169     | 169   | PR, PR, PD                 | doubtful before the first dose only
57 PR 10, 57 Z equivocal, 113 PR 10, 113 Z equivocal, 169 PR 10, 169 Z equivocal                                     | PR 57      | PR 57      | -              | 169+1 | PR, PR, PR                 | doubtful to the end
"""
ROWS = read_table(TABLE)
RECORDED = plan_rules()
AS_SEEN = change_rules(RECORDED, "response", equivocal_confirmed_backdates=False)


def stories():
    return measured_extracts([BASELINE + row["what was seen"] for row in ROWS])


@pytest.fixture(scope="module")
def made():
    return measured_datasets(stories(), RECORDED)


def day(made, patient, date):
    return (date - made["adsl"].set_index("USUBJID")["TRTSDT"][patient]).days + 1


def answer(made, patient, paramcd):
    what, when = (results(made, paramcd, name)[patient] for name in ("AVALC", "ADT"))
    return f"{what} {day(made, patient, when)}"


def progression(made, patient):
    when, seen = (results(made, "PD", name)[patient] for name in ("ADT", "ASSDT"))
    return "-" if pd.isna(when) else f"{day(made, patient, when)} at {day(made, patient, seen)}"


def statuses(made, rules):
    """Status of each patient at weeks 8, 16 and 24, as T14.2.1.1 asks for it."""
    rows = made["adrs"][made["adrs"]["ADY"].gt(1).fillna(False).astype(bool)]
    counted = effective_responses(driving_assessments(rows, rules), rules)
    found = status_at_visits(counted, made["adsl"], rules)
    three = found[found["AVISITN"].isin([8, 16, 24])].sort_values("AVISITN")
    return three.groupby("USUBJID")["STATUS"].agg(", ".join)


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["because"] for row in ROWS])
def test_a_confirmed_lesion_is_progression_from_its_first_sighting(made, number):
    patient, row = f"P{number + 1:03d}", ROWS[number]
    assert [answer(made, patient, p) for p in ("BOR", "CBOR")] == [row["BOR"], row["CBOR"]]
    assert progression(made, patient) == row["PD"]
    pfs = made["adtte"][made["adtte"]["PARAMCD"].eq("PFS")].set_index("USUBJID").loc[patient]
    assert f"{pfs['AVAL']}" + (f"+{pfs['CNSR']}" if pfs["CNSR"] else "") == row["PFS"]
    assert statuses(made, RECORDED)[patient] == row["weeks"]
    responded = row["CBOR"].startswith(("CR", "PR"))
    assert results(made, "CRSP")[patient] == ("Y" if responded else "N")
    assert (patient in set(results(made, "DOR", "AVAL").index)) == responded


def test_what_was_recorded_is_not_rewritten(made):
    rows = made["adrs"][made["adrs"]["PARAMCD"].eq("OVRINV") & made["adrs"]["USUBJID"].eq("P001")]
    assert rows["AVALC"].tolist() == ["PR", "PR", "PD"]
    assert rows["PDTYPE"].tolist() == ["new lesion"] * 3
    assert rows["ANLRSN"].iloc[0] == (
        "as recorded; counts as PD in the endpoints: first sighting of a new lesion confirmed later"
    )
    assert rows["SRCDOM"].tolist() == ["tumour_responses"] * 3


def test_a_best_response_read_from_adrs_is_the_same(made):
    """As the sensitivity grid (T14.2.1.3) reads it, from the time-point rows."""
    treated = reference(made["adsl"], "TRTFL", "TRTSDT", "NACTDT")
    rows = after_start(driving_assessments(made["adrs"], RECORDED), treated)
    found = derive_cbor(rows, treated, RECORDED).set_index("USUBJID")["AVALC"]
    pd.testing.assert_series_equal(found, results(made, "CBOR"))


def test_without_the_rule_every_scan_counts_as_recorded():
    made = measured_datasets(stories(), AS_SEEN)
    assert answer(made, "P001", "CBOR") == "PR 57"
    assert progression(made, "P001") == "169 at 169"
    assert statuses(made, AS_SEEN)["P001"] == "PR, PR, PD"


def test_the_lesions_alone_say_the_same_where_the_record_agrees_with_them(made):
    """Derived responses take the first sighting into the time point itself."""
    rules = change_rules(RECORDED, "response", source="derived")
    derived = measured_datasets(stories(), rules)
    for patient in ("P001", "P003", "P004", "P006", "P007"):
        assert progression(derived, patient) == progression(made, patient)
        for paramcd in ("BOR", "CBOR", "CRSP", "DCR", "CBR16"):
            expected = results(made, paramcd)[patient]
            assert results(derived, paramcd)[patient] == expected, (patient, paramcd)


def test_the_raw_row_is_the_lesion_as_it_was_first_seen(made):
    """Line 3 is Z on day 57: its assessment date, or its scan date where it has one."""
    pfs = made["adtte"][made["adtte"]["PARAMCD"].eq("PFS")].set_index("USUBJID")
    lesions = stories()["tumour_lesions"]
    first = made["adrs"][made["adrs"]["PARAMCD"].eq("PD")].set_index("USUBJID")
    for patient, column in (("P001", "assessment_date"), ("P004", "scan_date")):
        for row in (pfs.loc[patient], first.loc[patient]):
            assert (row["SRCDOM"], row["SRCVAR"]) == ("tumour_lesions", column)
            source = lesions[lesions["line"].eq(row["SRCROW"])].iloc[0]
            assert (source["patient_id"], source["lesion_id"]) == (patient, "Z")
            assert source[column] == row["ADT"]
    assert results(made, "CBOR", "SRCVAR")["P001"] == "status"


def test_a_first_sighting_is_an_adequate_assessment(made):
    adsl = made["adsl"].assign(RSPEVLFL="Y")
    flags = flag_evalfl(driving_assessments(made["adrs"], RECORDED), adsl, RECORDED)
    because = [row["because"] for row in ROWS]
    assert flags[because.index("not evaluable otherwise, progression all the same")] == "Y"


def test_every_first_sighting_is_a_progression_for_other_endpoints(made):
    found = progressions(made["adrs"], RECORDED)
    mine = found[found["USUBJID"].eq("P001")]
    assert [day(made, "P001", date) for date in mine["ASSDT"]] == [57, 113, 169]
