"""One patient is not "1 patients", in anything the project says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import analysis
from analysis.findings import ERROR, WARNING, Findings, Rule
from analysis.wording import counted

SOURCES = sorted(Path(analysis.__file__).parent.rglob("*.py"))
NOUNS = (
    *("patient", "error", "warning", "row", "form", "file", "notebook", "output", "event"),
    *("lesion", "score"),
)
# A number computed, then a noun in the plural: {n} patients
PLURAL = re.compile(rf"\}} (?:\w+ )?(?:{'|'.join(NOUNS)})s\b")
# where the number is never one, or the noun is no count of it
NEVER_ONE = {"analysis/simulation"}


@pytest.mark.parametrize(
    ("number", "noun", "several", "said"),
    [
        (0, "error", "", "0 errors"),
        (1, "error", "", "1 error"),
        (2, "error", "", "2 errors"),
        (1, "analysis", "analyses", "1 analysis"),
        (3, "analysis", "analyses", "3 analyses"),
    ],
)
def test_a_number_with_its_noun(number, noun, several, said):
    assert counted(number, noun, several) == said


@pytest.mark.parametrize(
    ("errors", "warnings", "said"),
    [
        (0, 0, "0 errors and 0 warnings"),
        (1, 1, "1 error and 1 warning"),
        (2, 1, "2 errors and 1 warning"),
    ],
)
def test_the_findings_in_words(errors, warnings, said):
    findings = Findings()
    for severity, number in ((ERROR, errors), (WARNING, warnings)):
        for line in range(number):
            rule = Rule(f"a.{severity}", severity, "ecog", "A sentence.")
            findings.add(rule, "ecog.csv", line=line + 2)
    assert findings.in_words == said


def sentences(path: Path) -> list[str]:
    """Texts with numbers in them, each number as {}."""
    return [
        "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_sentence_makes_a_plural_of_its_own(path):
    if any(place in str(path) for place in NEVER_ONE):
        return
    assert [text for text in sentences(path) if PLURAL.search(text)] == []
