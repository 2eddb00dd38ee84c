"""What a statistician finds in an opened cut: frames, numbers, rules, and things that show."""

import pandas as pd
import pytest

from analysis.reporting.session import OpenCut
from analysis.sap import read_study
from schemas.derived import DATASETS
from schemas.raw import RAW_TABLES
from tests.study_folder import PROJECT

NAMES = ("raw", "rules", "estimates", "members", "patient", "what_if", "compare")


@pytest.fixture
def study(small_study):
    return OpenCut(read_study(small_study, "DC01"), None, None)


def test_completion_offers_rules_and_nothing_of_a_library(study):
    groups = dir(study.rules)
    assert {"response", "follow_up", "promis29"} <= set(groups)
    assert dir(study.rules.response) == sorted(type(study.rules.response).model_fields)
    for name in (*groups, *dir(study.rules.response)):
        assert not name.startswith(("_", "model_"))
    assert "copy" not in groups


def test_every_dataset_and_every_raw_table_is_there(study):
    assert set(study.raw) == set(RAW_TABLES)
    assert study.raw["patients"]["line"].tolist()[0] == 2
    for name in DATASETS:
        assert isinstance(getattr(study, name), pd.DataFrame)


def test_the_estimates_are_those_of_every_output(study):
    """No run yet, so they are made now; each is what its room gives."""
    numbers = study.estimates
    assert numbers["output_id"].nunique() > 40
    rows = study.outputs.T14_1_2.numbers().frame
    mine = numbers[numbers["output_id"].eq("T14.1.2")]
    assert len(mine) == len(rows)
    wanted = rows.sort_values("row")["stat"].tolist()
    assert (
        pd.to_numeric(mine.assign(row=mine["row"].astype(int)).sort_values("row")["stat"]).tolist()
        == wanted
    )


def test_things_show_themselves_with_all_text_escaped(study):
    rows = study.outputs.T14_1_1.numbers()
    assert "T14.1.1" in rows._repr_html_()
    [table, *_] = study.outputs.T14_1_1.room.show(rows, study.rules)
    html = table._repr_html_()
    assert html.startswith("<style>")
    for level in {row.indent for row in table.rows}:
        assert f"indent-{level}{{padding-left:" in html
    patient = study.adsl["USUBJID"].iloc[0]
    story = study.patient(patient)
    assert story._repr_html_().count("<li>") == len(story.lines()) - 1


def test_members_lead_to_raw_rows(study, tmp_path):
    """From the rows of an output, without a report: members are read where one was made."""
    rows = study.outputs.T14_1_2.numbers()
    study.study.reports.mkdir(parents=True, exist_ok=True)
    rows.members.to_parquet(study.study.reports / "members.parquet", index=False)
    frame = study.members("T14.1.2", parameter="ENRLFL")
    assert set(frame["USUBJID"]) == set(study.adsl["USUBJID"])
    assert set(frame["source_file"]) == {"patients.csv"}


def test_the_page_of_the_interface_names_what_there_is(study):
    page = (PROJECT / "docs" / "interface.md").read_text(encoding="utf-8")
    for name in (
        "raw",
        "rules",
        "estimates",
        "members",
        "patient",
        "what_if",
        "compare",
        "changes",
    ):
        assert f"study.{name}" in page
        assert hasattr(type(study), name)
    for name in DATASETS:
        assert name in page
