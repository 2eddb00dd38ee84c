"""Sentences whose numbers have owners, and checklists that say what answers an item."""

import re

import pandas as pd
import pytest

from analysis.errors import ParameterError
from analysis.estimates.rows import KEY
from analysis.prose import overview as overview_module
from analysis.prose.checklists import read_checklists, share
from analysis.prose.sentences import Cell, Numbers, Sentence
from analysis.sap import read_study
from tests.study_folder import PROJECT, with_plan
from tests.tables import plan_rules

CELL = Cell("T1", "a", "TG", "", "Response")
ROWS = pd.DataFrame(
    [
        (*("T1", "a", "TG", "", "Response", ""), stat, value, text)
        for stat, value, text in (
            ("n", "4", ""), ("N", "22", ""), ("estimate", "0.181818181818", ""),
            ("ci_low", "0.0519", ""), ("ci_high", "", "NE"), ("median", "177", ""),
        )
    ],
    columns=[*KEY, "stat", "stat_text"],
)  # fmt: skip


@pytest.fixture
def numbers():
    return Numbers(ROWS, plan_rules())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{n} of {N}, {estimate:percent}%", "4 of 22, 18.2%"),
        ("{ci:percent}", "(5.2, NE)"),
        ("{median:months} months", "5.8 months"),
    ],
)
def test_places_are_filled_and_owned(numbers, text, said):
    filled = numbers.fill(Sentence(CELL, text))
    assert filled.text == said
    for number in filled.numbers:
        assert number.key[:6] == ("T1", "a", "TG", "", "Response", "")
        assert number.value in set(ROWS["stat"]) | {"NE"}


def test_a_sentence_of_a_cell_that_is_not_there_is_not_said(numbers):
    assert numbers.fill(Sentence(Cell("T1", "b"), "{n}")) is None
    assert numbers.fill(Sentence(CELL, "{mean}")) is None


def test_no_sentence_of_the_overview_has_a_number_of_its_own(shipped_outputs):
    _, estimates, _ = shipped_outputs("DC04")
    from analysis.estimates.written import NUMERIC, as_text

    told = overview_module.overview(Numbers(as_text(estimates, NUMERIC), plan_rules()))
    assert len(told) == 6
    for head, sentences, caveat in told:
        assert not re.search(r"\d", head + caveat)
        for sentence in sentences:
            rest = sentence.text
            for number in sentence.numbers:
                assert number.shown in sentence.text
                rest = rest.replace(number.shown, "", 1)
            assert not re.search(r"\d", rest), sentence.text


def test_the_shipped_checklists_are_answered_by_the_plan():
    sap = read_study(PROJECT, "DC04").sap
    lists = read_checklists(PROJECT, sap)
    assert [c.name.split(",")[0] for c in lists] == [
        "CONSORT-PRO", "Reporting of response by RECIST 1.1", "SISAQOL", "STROBE",
    ]  # fmt: skip
    made = {output.id for output in sap.outputs if output.notebook is not None}
    for checklist in lists:
        found = share(checklist)
        assert found.answered + found.human + found.not_met == len(checklist.items)
        for item in checklist.items:
            assert set(item.answered_by) <= made, item.id
            if item.status == "not_met":
                assert item.note
    assert sum(share(c).not_met for c in lists) >= 3  # what is not met is said plainly


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("status: answered", "answered_by belongs to 'answered'"),
        ("status: human", "say in 'note'"),
        ("status: done", "status"),
        (
            "status: answered, answered_by: [T99.1]",
            "answered by T99.1, which the plan does not have",
        ),
    ],
)
def test_a_checklist_that_is_wrong_is_refused(tmp_path, item, said):
    root = with_plan(tmp_path)
    folder = root / "params" / "checklists"
    folder.mkdir()
    (folder / "mine.yaml").write_text(
        f'name: Mine\nsource: here\nitems:\n  - {{id: "1", topic: T, asks: A, {item}}}\n'
    )
    sap = read_study(PROJECT, "DC04").sap
    with pytest.raises(ParameterError, match=re.escape(said)):
        read_checklists(root, sap)


#: Names that hold digits, in prose and notebooks.
NAMES = re.compile(
    r"RECIST 1\.1|CTCAE v5\.0|PROMIS-29(?: Profile)?(?: v2\.1)?|SHA-256|256 bits|"
    r"E9\(R1\)|\bE\d+\b|\b[ADT]\d+\b|\bT14[\d._]*|"
    r"\bDC0\d\b|\bF14[\d._]*|\bL16[\d._]*|`[^`]*`|https?://\S+|CNSR \d|SAP \d+|\(SAP [^)]*\)"
)


def test_no_number_is_typed_into_the_prose_of_a_notebook():
    import json

    for path in sorted((PROJECT / "notebooks").glob("s[0-9][0-9]_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                text = NAMES.sub("", "".join(cell["source"]))
                assert not re.search(r"\d", re.sub(r"^#+ .*$", "", text, flags=re.M)), (
                    f"{path.name}: {text.strip()[:80]}"
                )


def test_no_number_is_typed_into_a_page():
    """Templates hold words and places; sizes of fonts and codes of characters are no prose."""
    folder = PROJECT / "src" / "analysis" / "reporting" / "template"
    for path in sorted(folder.glob("*.html.j2")):
        text = re.sub(
            r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.S
        )
        assert not re.search(r"\d", NAMES.sub("", text)), path.name
