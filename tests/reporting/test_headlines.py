"""The table of primary endpoints formats rows of estimates, missing ones as their rows say."""

from __future__ import annotations

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.received import emptied
from analysis.reporting.headlines import headlines, share_not_due
from analysis.reporting.parts import write_estimates
from analysis.sap import read_study
from analysis.tabulation.proportion import add_proportion
from tests.study_folder import PROJECT
from tests.tables import plan_rules

RULES = plan_rules()


def lines_of(rows: EstimateRows, tmp_path) -> dict[str, dict]:
    path = tmp_path / "estimates.csv"
    write_estimates(rows.output_id, rows.frame, path)
    found = headlines(read_study(PROJECT, "DC04").sap, path, "")
    return {line["group"]: line for line in found}


def test_a_group_without_patients_is_printed_as_its_rows_say(tmp_path):
    rows = EstimateRows("T14.2.2.1", "ENRLFL")
    add_proportion(rows, Cell("any regimen", "TG"), ["P1"], ["P1", "P2"], RULES)
    add_proportion(rows, Cell("any regimen", "TN"), [], [], RULES)
    lines = lines_of(rows, tmp_path)
    assert (lines["Guided"]["count"], lines["Guided"]["percent"]) == ("1/2", "50.0")
    none = lines["Targeted, not guided"]
    assert (none["count"], none["percent"], none["interval"]) == ("0/0", "NE", "(NE, NE)")


def test_the_text_is_that_of_the_row_and_no_other(tmp_path):
    rows = EstimateRows("T14.2.2.1", "ENRLFL")
    about = {"text": "not received", "warning": "the table was not collected"}
    for stat_name in ("estimate", "ci_low", "ci_high"):
        rows.add(Cell("any regimen", "TG"), stat_name, None, **about)
    line = lines_of(rows, tmp_path)["Guided"]
    assert line["percent"] == "not received"
    assert (line["count"], line["interval"]) == ("", "")


def test_an_output_of_a_table_that_was_not_received_says_so_once(tmp_path):
    rows = EstimateRows("T14.2.2.1", "ENRLFL")
    add_proportion(rows, Cell("any regimen", "TG"), ["P1"], ["P1", "P2"], RULES)
    line = lines_of(emptied(rows, {"mtb_reviews": "not received"}), tmp_path)["Guided"]
    assert (line["count"], line["percent"], line["interval"]) == ("", "not received", "")


def test_what_an_output_does_not_have_is_a_dash(tmp_path):
    rows = EstimateRows("T14.2.2.1", "ENRLFL")
    rows.add(Cell("any regimen", "TG"), "estimate", 0.25)
    line = lines_of(rows, tmp_path)["Guided"]
    assert (line["percent"], line["interval"]) == ("25.0", "–")


def test_primary_a_stands_at_each_visit(tmp_path):
    """As registered: objective response by visit, of those due, all groups together."""
    rows = EstimateRows("T14.2.1.1", "RSPEVLFL")
    for visit, responders in (("Week 8", ["P1"]), ("Week 16", ["P1", "P2"])):
        for group in ("TG", "All"):
            cell = Cell("RSPEVLFL", group, visit, "Objective response", "of due")
            add_proportion(rows, cell, responders, ["P1", "P2", "P3", "P4"], RULES)
            other = Cell("RSPEVLFL", group, visit, "Objective response", "of all")
            add_proportion(rows, other, responders, ["P1", "P2", "P3", "P4", "P5"], RULES)
    lines = lines_of(rows, tmp_path)
    assert {visit: line["count"] for visit, line in lines.items()} == {
        "Week 8": "1/4",
        "Week 16": "2/4",
    }


def test_how_many_are_not_due_at_the_last_visit_is_said(tmp_path):
    rows = EstimateRows("T14.2.1.1", "RSPEVLFL")
    rows.count(Cell("RSPEVLFL", "All", "Month 12", "Due"), ["P1", "P2", "P3"])
    rows.count(Cell("RSPEVLFL", "All", "Month 12", "Not due"), ["P4"])
    path = tmp_path / "estimates.csv"
    write_estimates(rows.output_id, rows.frame, path)
    said = share_not_due(path, RULES)
    assert said == ("Month 12 is not due yet for 1 of 4 patients of the response set (25.0%).")
    assert share_not_due(tmp_path / "absent.csv", RULES) == ""
