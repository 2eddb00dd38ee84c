"""From every patient, endpoint and count of the shipped registry back to a raw line."""

import csv
import importlib

import pandas as pd
import pytest

from analysis.changes import ABOUT_CHANGES
from analysis.errors import ParameterError
from analysis.outputs.catalogue import MODULE_OF
from analysis.tracing.members import CELL, Members, number_by_key
from analysis.tracing.sources import DATASETS
from analysis.tracing.story import Stories, patient_story
from schemas.derived import DATASETS as DERIVED
from tests.study_folder import PROJECT

#: Made of states of patients that lie in no dataset: what is searched are the raw tables they need.
FROM_RAW = ("T14.1.1", "F14.1.1", "T14.1.2")
CUT = "DC04"


@pytest.fixture(scope="module")
def study(shipped_outputs):
    """The shipped cut with its members and numbers beside the datasets, as a report has them."""
    collector, numbers, members = shipped_outputs(CUT)
    reports = collector.study.reports
    reports.mkdir(parents=True, exist_ok=True)
    members.to_parquet(reports / "members.parquet", index=False)
    numbers.to_csv(reports / "estimates.csv", index=False)
    return collector.study


@pytest.fixture(scope="module")
def raw():
    """Raw files read by nothing of ours: file -> line -> cells."""
    files = {}
    for path in sorted((PROJECT / "data" / "raw" / CUT).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header, lines, start = next(reader), {}, reader.line_num + 1
            for cells in reader:
                lines[start] = dict(zip(header, cells, strict=True))
                start = reader.line_num + 1
        files[path.name] = lines
    return files


def test_every_patient_and_endpoint_is_told_as_the_datasets_have_it(study, raw):
    stories = Stories(study)
    told = 0
    for dataset in ("adtte", "adrs"):
        frame = pd.read_parquet(study.derived / f"{dataset}.parquet")
        for (patient, parameter), rows in frame.groupby(["USUBJID", "PARAMCD"]):
            verdicts = stories.of(patient, parameter).verdicts
            assert len(verdicts) == len(rows)
            for verdict, row in zip(verdicts, rows.to_dict("records"), strict=True):
                told += 1
                if pd.notna(row["ADT"]):
                    assert f"{row['ADT']:%Y-%m-%d}" in verdict.words
                if dataset == "adtte":
                    kind = "event on" if pd.notna(row["EVNTDESC"]) else "censored on"
                    assert kind in verdict.words
                    assert f"Rule: {row['RULE']}." in verdict.words
                if pd.isna(row["SRCROW"]):
                    assert verdict.source is None
                    assert "No raw row decides" in verdict.words
                    continue
                cells = raw[row["SRCFILE"]][int(row["SRCROW"])]
                assert cells["patient_id"] == patient
                place = f"{row['SRCFILE']} line {row['SRCROW']}, {row['SRCVAR']} = "
                assert f"{place}{cells[row['SRCVAR']] or 'empty'}." in verdict.words
    assert told > 5000


def test_every_fact_stands_on_its_line_and_days_are_in_order(study, raw):
    stories = Stories(study)
    facts = 0
    for patient in pd.read_parquet(study.derived / "adsl.parquet")["USUBJID"]:
        story = stories.of(patient)
        days = [fact.day for fact in story.facts if fact.day]
        assert days == sorted(days)
        for fact in story.facts:
            facts += 1
            cells = raw[fact.file][fact.line]
            assert cells["patient_id"] == patient
            assert cells[fact.column] == fact.value
    assert facts > 5000


def test_every_member_of_every_count_leads_to_raw_lines(study, raw):
    """By named rows, or by the rows searched and the date that decides."""
    members = Members(study)
    by_rows = searched = 0
    for member in members.frame.to_dict("records"):
        trail = members.trail(member)
        for row, _ in trail.raw:
            by_rows += 1
            assert raw[row.file][row.line]["patient_id"] == member["USUBJID"]
        if not trail.raw:
            searched += 1
            assert trail.decided_by
            assert trail.tables
            have = {row.line for row in trail.searched}
            assert have == {
                line
                for table in trail.tables
                for line, cells in raw.get(f"{table}.csv", {}).items()
                if cells["patient_id"] == member["USUBJID"]
            }
    assert by_rows > 80_000
    assert searched > 5_000


def test_the_responders_of_a_visit_lead_to_their_assessments(study, raw):
    """T14.2.1.1, guided, week 16, PR: each by the assessment that says PR."""
    members = Members(study)
    cell = {"analysis_id": "RSPEVLFL", "group": "TG", "visit": "week_16", "category": "PR"}
    some = members.of_cell("T14.2.1.1", **cell)
    assert len(some)
    frame = members.as_frame(some)
    for patient, rows in frame.groupby("USUBJID"):
        said = rows[rows["source_file"].eq("tumour_responses.csv")]
        assert "PR" in set(said["source_value"]), patient


def test_who_was_not_scanned_leads_to_what_was_searched_and_the_date(study):
    members = Members(study)
    some = members.of_cell("T14.2.1.1", group="TG", visit="Week 16", category="Not done")
    lines = "\n".join(members.lines(some))
    assert "searched" in lines
    assert "decided by clinical cutoff 2023-11-30 (params/cuts/DC04.yaml)" in lines


def test_a_number_leads_to_its_row_and_to_who_is_behind_it(study):
    key = "T14.2.4.1|PFS|All||Median||median"
    row, members = number_by_key(study, key)
    assert row["stat_name"] == "median"
    frame = Members(study).frame
    behind = frame[frame["output_id"].eq("T14.2.4.1") & frame["group"].eq("All")]
    assert set(members["USUBJID"]) == set(behind["USUBJID"])
    for wrong in ("T14.2.4.1|PFS", "T99|a|b||||n", ""):
        with pytest.raises(ParameterError, match="a key is output_id"):
            number_by_key(study, wrong)


def test_what_is_not_there_is_said_with_what_is(study):
    with pytest.raises(ParameterError, match="there is no patient 'P9999'"):
        patient_story(study, "P9999")
    with pytest.raises(ParameterError, match=r"P0017 has no 'XYZ'; it has .*PFS"):
        patient_story(study, "P0017", "XYZ")
    with pytest.raises(ParameterError, match="has no group 'QQ' here; there are 'All'"):
        Members(study).of_cell("T14.2.1.1", group="QQ")
    with pytest.raises(ParameterError, match="T99 counts nobody; outputs that do: "):
        Members(study).of_cell("T99")


def test_facts_after_the_cutoff_are_told_as_unknown_to_the_cut(study):
    stories = Stories(study)
    patients = pd.read_parquet(study.derived / "adsl.parquet")["USUBJID"]
    lines = [line for patient in patients for line in stories.of(patient).lines()[1:]]
    dated = [line for line in lines if line[:2] in ("19", "20")]
    late = [line for line in dated if line[:10].strip() > "2023-11-30"]
    assert late
    assert all("after the cutoff, not known to this cut" in line for line in late)
    assert sum("not known to this cut" in line for line in lines) == len(late)


def test_a_response_from_lesions_leads_to_all_of_that_scan(study, raw):
    """The sum of diameters is that of every target: one line of it would not do."""
    members = Members(study)
    some = members.of_cell("T14.2.1.1", analysis_id="TRTFL", visit="Week 16", category="PR")
    for member in some.to_dict("records"):
        rows = [row for row, _ in members.trail(member).raw if row.table == "tumour_lesions"]
        for row in rows:
            scan = {
                line
                for line, cells in raw["tumour_lesions.csv"].items()
                if cells["patient_id"] == row.cells["patient_id"]
                and cells["assessment_date"] == row.cells["assessment_date"]
                and cells["assessor"] == row.cells["assessor"]
            }
            assert scan <= {other.line for other in rows}


def test_the_columns_of_a_cell_are_those_of_the_members(study):
    assert set(CELL) < set(Members(study).frame.columns)


class Reading(dict):
    """Datasets that remember which of them were asked for."""

    def __init__(self, datasets):
        super().__init__()
        self.datasets, self.asked = datasets, set()

    def __getitem__(self, name):
        self.asked.add(name)
        return self.datasets[name]

    def __contains__(self, name):
        return name in self.datasets

    def get(self, name, default=None):
        return self[name] if name in self.datasets else default


def test_an_output_made_of_more_than_patients_says_of_what(shipped_outputs):
    study = shipped_outputs("DC04")[0]
    for output, name in MODULE_OF.items():
        if output.startswith("L") or output in ABOUT_CHANGES:
            continue
        reading = Reading(study.datasets)
        importlib.import_module(f"analysis.outputs.{name}").numbers(reading, study.rules)
        read = sorted((reading.asked & set(DERIVED)) - {"adsl"})
        if read and output not in FROM_RAW:
            assert output in DATASETS, (
                f"{output} is made of {', '.join(read)}: add a line to DATASETS in "
                "src/analysis/tracing/sources.py, so that a count leads back to the right rows"
            )
