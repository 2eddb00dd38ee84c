"""The level that labels name is the level of the plan: a table never says 95% over other limits."""

from __future__ import annotations

import ast

import pytest

from analysis.displays.numbers import confidence
from tests.study_folder import PROJECT
from tests.tables import plan_rules

DISPLAYS = sorted((PROJECT / "src" / "analysis" / "displays").glob("*.py"))


@pytest.mark.parametrize(("level", "words"), [(0.95, "95%"), (0.9, "90%"), (0.975, "97.5%")])
def test_the_level_in_words(level, words):
    rules = plan_rules()
    estimation = rules.estimation.model_copy(update={"conf_level": level})
    assert confidence(rules.model_copy(update={"estimation": estimation})) == words


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
