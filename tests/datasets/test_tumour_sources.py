"""Every progression leads to a raw row of its patient that holds its day.

The stories are those of the 21 situations and of first sightings, under both sources of responses.
A row of `tumour_responses` holds the day of its assessment, a row of `tumour_lesions` that of its
scan or, where it has none, of its assessment.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.datasets.test_guided_after_a_bridge import BRIDGED
from tests.datasets.test_guided_after_a_bridge import ROWS as BRIDGES
from tests.datasets.test_progression_first_sighting import BASELINE
from tests.datasets.test_progression_first_sighting import ROWS as SIGHTINGS
from tests.endpoints.measured_stories import measured_extracts
from tests.endpoints.stories import change_rules, datasets_of, extracts_of
from tests.endpoints.test_pfs_situations import ROWS as SITUATIONS
from tests.tables import plan_rules

HOLDS = {"overall_response": "assessment_date", "status": "assessment_date"}
STORIES = {
    "situations": extracts_of([row["what happened"] for row in SITUATIONS]),
    "sightings": measured_extracts([BASELINE + row["what was seen"] for row in SIGHTINGS]),
    "bridges": measured_extracts([BRIDGED + row["what happened"] for row in BRIDGES]),
}


def rules_of(source):
    return change_rules(plan_rules(), "response", source=source)


@pytest.fixture(scope="module", params=[(s, r) for s in STORIES for r in ("recorded", "derived")])
def made(request):
    """Raw tables, ADRS and ADTTE of one set of stories under one source."""
    stories, source = request.param
    extracts = STORIES[stories]
    datasets = datasets_of(extracts, rules_of(source))
    return source, extracts, datasets["adrs"], datasets["adtte"]


def source_row(extracts, row):
    table = extracts[row["SRCDOM"]]
    found = table[table["line"].eq(row["SRCROW"])].iloc[0]
    assert found["patient_id"] == row["USUBJID"]
    return found


def test_a_progression_leads_to_the_row_that_holds_its_day(made):
    source, extracts, adrs, adtte = made
    first = adrs[adrs["PARAMCD"].eq("PD") & adrs["AVALC"].eq("Y")]
    ends = adtte[adtte["EVNTDESC"].fillna("").str.startswith("Progression")]
    assert len(first) > 1
    for row in [*first.to_dict("records"), *ends.to_dict("records")]:
        raw = source_row(extracts, row)
        assert raw[HOLDS.get(row["SRCVAR"], row["SRCVAR"])] == row["ADT"]
        if source == "derived":
            assert row["SRCDOM"] == "tumour_lesions"
        elif row["SRCDOM"] == "tumour_lesions":
            record = extracts["tumour_responses"]
            record = record[record["patient_id"].eq(row["USUBJID"])]
            same_day = record["assessment_date"].eq(row["ADT"])
            assert not record.loc[same_day, "overall_response"].eq("PD").any()


def test_a_new_lesion_leads_to_the_lesion_that_is_new(made):
    _, extracts, _, adtte = made
    rows = adtte[adtte["EVNTDESC"].eq("Progression: new lesion")]
    for row in rows[rows["SRCDOM"].eq("tumour_lesions")].to_dict("records"):
        assert source_row(extracts, row)["lesion_role"] == "new"


def test_a_best_response_leads_to_a_row_of_its_assessment(made):
    _, extracts, adrs, _ = made
    rows = adrs[adrs["PARAMCD"].isin(["BOR", "CBOR", "CBORG", "CRSP"]) & adrs["ADT"].notna()]
    assert rows["SRCROW"].notna().all()
    for row in rows.to_dict("records"):
        assert source_row(extracts, row)["assessment_date"] == row["ADT"]


def test_the_order_of_the_rows_of_a_file_changes_no_source_but_the_line():
    """The first line of several: shuffled, another of the same kind and the same day."""
    rules = plan_rules()
    extracts = STORIES["sightings"]
    again = dict(extracts)
    for name in ("tumour_lesions", "tumour_responses"):
        rows = extracts[name].sample(frac=1, random_state=3)
        again[name] = rows.assign(line=range(2, 2 + len(rows)))
    for name in ("adrs", "adtte"):
        one, other = (datasets_of(each, rules)[name] for each in (extracts, again))
        pd.testing.assert_frame_equal(one.drop(columns="SRCROW"), other.drop(columns="SRCROW"))
