"""The level that labels name is the level of the plan: a table never says 95% over other limits."""

from __future__ import annotations

import ast

import pytest

from analysis.displays.numbers import confidence
from analysis.errors import ParameterError
from analysis.outputs.performance_status.change_of_status import numbers as change_of_status
from analysis.outputs.quality_of_life.scores_by_visit import numbers as scores_by_visit
from analysis.outputs.quality_of_life.time_to_deterioration import numbers as time_to_deterioration
from analysis.outputs.safety.overview import numbers as overview
from analysis.sap import read_study
from tests.outputs.derived_study import simulated
from tests.study_folder import PROJECT
from tests.tables import plan_rules

DISPLAYS = sorted((PROJECT / "src" / "analysis" / "displays").glob("*.py"))


@pytest.mark.parametrize(("level", "words"), [(0.95, "95%"), (0.9, "90%"), (0.975, "97.5%")])
def test_the_level_in_words(level, words):
    rules = plan_rules()
    estimation = rules.estimation.model_copy(update={"conf_level": level})
    assert confidence(rules.model_copy(update={"estimation": estimation})) == words


def test_estimates_name_the_level_they_were_made_with():
    """0.975 is not 98 per cent, in no output and no method."""
    rules = plan_rules()
    estimation = rules.estimation.model_copy(update={"conf_level": 0.975})
    rules = rules.model_copy(update={"estimation": estimation})
    data = simulated("DC04")
    for make in (overview, time_to_deterioration, change_of_status, scores_by_visit):
        methods = make(data, rules).frame["method"]
        assert methods.str.contains("97.5%", regex=False).any()
        assert not methods.str.contains("98%", regex=False).any()


@pytest.mark.parametrize("path", DISPLAYS, ids=lambda p: p.stem)
def test_no_display_types_a_level(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    typed = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and "95%" in node.value
    ]
    assert typed == []


def test_footnotes_name_method_and_level_of_the_plan(tmp_path):
    """An override of the cut changes the limits, and the words under them."""
    (tmp_path / "params" / "cuts").mkdir(parents=True)
    plan = (PROJECT / "params" / "sap.yaml").read_text(encoding="utf-8")
    assert "95%" not in plan
    (tmp_path / "params" / "sap.yaml").write_text(plan, encoding="utf-8")
    cut = (PROJECT / "params" / "cuts" / "DC04.yaml").read_text(encoding="utf-8")
    changed = "overrides: {estimation: {conf_level: 0.9, proportion_method: wilson}}"
    cut = cut.replace("overrides: {}", changed)
    (tmp_path / "params" / "cuts" / "DC04.yaml").write_text(cut, encoding="utf-8")
    notes = read_study(tmp_path, "DC04").sap.output("T14.3.1.1").footnotes
    assert any("Patients: Wilson, 90%; events" in note for note in notes)
    assert not any("{" in note for output in read_study(PROJECT, "DC04").sap.outputs
                   for note in output.footnotes)  # fmt: skip


def test_a_footnote_with_an_unknown_number_is_refused(tmp_path):
    (tmp_path / "params" / "cuts").mkdir(parents=True)
    plan = (PROJECT / "params" / "sap.yaml").read_text(encoding="utf-8")
    plan = plan.replace("{conf_level}", "{confidence}")
    (tmp_path / "params" / "sap.yaml").write_text(plan, encoding="utf-8")
    cut = (PROJECT / "params" / "cuts" / "DC04.yaml").read_text(encoding="utf-8")
    (tmp_path / "params" / "cuts" / "DC04.yaml").write_text(cut, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"T14\.2\.8\.2 names \{confidence\}; known are"):
        read_study(tmp_path, "DC04")
