"""Every planned output has one module, which a statistician finds, calls otherwise and shows."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.outputs.catalogue import MODULE_OF, module_of
from analysis.reporting.cut_outputs import other_grouping
from analysis.reporting.session import OpenCut
from analysis.sap import read_study
from analysis.tabulation.known_at_origin import FutureError
from tests.study_folder import PROJECT

SAP = read_study(PROJECT, "DC04").sap


@pytest.fixture(scope="module")
def study(shipped_outputs):
    return shipped_outputs("DC04")[0]


def test_what_is_planned_to_be_produced_is_what_there_is_a_module_for():
    assert set(MODULE_OF) == {output.id for output in SAP.outputs if output.notebook is not None}


@pytest.mark.parametrize("output_id", MODULE_OF)
def test_a_module_has_its_two_doors(output_id):
    module = module_of(output_id)
    assert output_id == module.OUTPUT
    assert list(inspect.signature(module.numbers).parameters)[:2] == ["data", "rules"]
    assert list(inspect.signature(module.show).parameters) == ["rows", "rules"]
    assert module.numbers.__doc__
    assert module.__doc__


def test_an_output_that_nobody_makes_is_refused():
    with pytest.raises(ParameterError, match=r"T14\.2\.6\.3"):
        module_of("T14.2.6.3")


def test_the_code_of_an_output_is_one_question_away(study):
    """`study.outputs.T14_2_4_1.numbers??` shows the function of the module."""
    numbers = study.outputs.T14_2_4_1.numbers
    assert inspect.getsource(numbers) == inspect.getsource(module_of("T14.2.4.1").numbers)
    assert "T14_2_4_1" in dir(study.outputs)
    with pytest.raises(AttributeError, match=r"T99\.9"):
        _ = study.outputs.T99_9


def test_rows_and_listings_know_the_output_they_belong_to(study):
    assert isinstance(study.outputs.T14_1_2.numbers(), EstimateRows)
    assert isinstance(study.outputs.L16_2_7.numbers(), Listing)
    assert study.outputs.L16_2_7.numbers().output_id == "L16.2.7"


BY_COLUMN = [
    "T14.1.3",
    "T14.1.9",
    "T14.2.1.1",
    "T14.2.1.2",
    "T14.2.3.1",
    "T14.2.4.1",
    "T14.2.4.2",
    "F14.2.4.1",
    "T14.2.5.1",
    "T14.2.5.3",
    "F14.2.5.1",
]


@pytest.mark.parametrize("output_id", BY_COLUMN)
def test_an_output_can_be_grouped_by_another_column_and_says_so(study, output_id):
    """By sex: both sexes make the whole, and what is shown names them."""
    module = module_of(output_id)
    rows = module.numbers(study.datasets, study.rules, by="SEX")
    assert rows.by == "SEX"
    groups = [g for g in pd.unique(rows.frame["group"]) if " - " not in g and "vs" not in g]
    assert {"female", "male", "All"} <= set(groups)
    planned = module.numbers(study.datasets, study.rules).frame
    key = ["analysis_id", "visit", "parameter", "category", "stat_name"]
    same = rows.frame.merge(planned, on=[*key, "group"], suffixes=("", "_planned"))
    same = same[same["group"].eq("All")]
    assert len(same)
    pd.testing.assert_series_equal(same["stat"], same["stat_planned"], check_names=False)
    if output_id != "T14.1.3":  # its columns are those of the plan
        shown = module.show(rows, study.rules)[0]
        words = shown.html if hasattr(shown, "html") else shown.alt
        assert "female" in words
        assert "Guided" not in words


@pytest.mark.parametrize("output_id", ["T14.2.4.1", "T14.2.1.1", "F14.2.5.1"])
def test_nobody_is_grouped_by_what_is_known_later(study, output_id):
    with pytest.raises(FutureError, match="EVALFL"):
        module_of(output_id).numbers(study.datasets, study.rules, by="EVALFL")


def test_an_output_that_the_plan_has_by_sex_is_as_planned():
    """A room without a choice of the column makes what the plan says."""
    rows = EstimateRows("T14.2.4.9", "TRTFL", "SEX")
    assert other_grouping(SimpleNamespace(numbers=lambda data, rules: rows), rows) == ""
    assert other_grouping(SimpleNamespace(numbers=lambda data, rules, by="SEX": rows), rows) == ""
    other = SimpleNamespace(numbers=lambda data, rules, by="TRTGRP": rows)
    assert other_grouping(other, rows) == "SEX"


def test_rows_grouped_otherwise_are_no_part_of_a_report(shipped_outputs, tmp_path):
    collector = shipped_outputs("DC04")[0]
    opened = OpenCut(collector.study, tmp_path, "s05_progression_and_survival")
    rows = opened.outputs.T14_2_4_1.numbers(by="SEX")
    with pytest.raises(ParameterError, match="another output than the planned one"):
        opened.show(rows)
