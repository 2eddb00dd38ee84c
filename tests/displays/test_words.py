"""What a reader sees: words and labels; no key of a parameter, no raw code, no underscore."""

from __future__ import annotations

import re
from html import unescape

import pytest
from matplotlib.text import Text

from analysis.displays.labels import in_words, level_order
from analysis.sap import read_study
from schemas.raw import RAW_TABLES
from tests.study_folder import PROJECT

# Names of files and of the columns of extracts are what a data manager looks for; they stand in the
# two outputs about the extracts, and the files wherever a raw row is named.
ABOUT_EXTRACTS = {"CUT.1", "DQ.1"}
RAW_NAMES = {name for table in RAW_TABLES.values() for name in (table.name, *table.columns)}
RAW_CODES = {code for t in RAW_TABLES.values() for f in t.fields.values() for code in f.codes}
RAW_FILE = re.compile(r"\b\w+\.csv\b")
VARIANT = re.compile(r"\b[A-Z][0-9]+_[A-Z0-9]+(del|ins|dup)\w*")  # HGVS is written so
KEY = re.compile(r"\brules\.[a-z_.]+")
GROUP = re.compile(r"\b(TG|TN|OT|NT)\b|\bREC-[A-Z]\b|\bCBORG\b|LEVEL_|>=|<=|From mtb")
UNDERSCORE = re.compile(r"\b\w+_\w+\b")


def texts_of(collector, output_id: str) -> str:
    """Everything an output shows: title, definition, footnotes, cells, words of figures."""
    output = collector.sap.output(output_id)
    found = [output.title, *output.footnotes]
    if output.endpoint is not None:
        found.append(collector.sap.endpoints[output.endpoint].title)
    found.append(collector.sap.definition_of(output) or "")
    for shown in collector.displays[output_id]:
        if hasattr(shown, "html"):
            found.append(unescape(re.sub(r"<[^>]+>", " ", shown.html)))
        elif hasattr(shown, "alt"):
            found += [shown.alt, *shown.notes]
            found += [text.get_text() for text in shown.figure.findobj(Text)]
        else:
            found.append(shown)
    return "\n".join(found)


@pytest.mark.parametrize("cut", ["DC02", "DC04"])
def test_no_key_no_raw_code_and_no_underscore_is_shown(shipped_outputs, cut):
    collector = shipped_outputs(cut)[0]
    wrong = {}
    for output_id in collector.displays:
        text = VARIANT.sub("", RAW_FILE.sub("", texts_of(collector, output_id)))
        found = {m.group() for pattern in (KEY, GROUP) for m in pattern.finditer(text)}
        names = set(UNDERSCORE.findall(text))
        found |= names - (RAW_NAMES | RAW_CODES if output_id in ABOUT_EXTRACTS else set())
        if found:
            wrong[output_id] = sorted(found)
    assert wrong == {}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("TG", "Guided"),
        ("REC-T", "Targeted or immunotherapy recommended"),
        ("LEVEL_3B", "Level 3B"),
        ("OncoKB LEVEL_1 (v4)", "OncoKB Level 1 (v4)"),
        ("head_and_neck", "head and neck"),
        (">=75", "≥75"),
        ("65-74", "65–74"),
        ("<65", "<65"),
        ("patient's own_words", "patient's own_words"),
        ("E746_A750del", "E746_A750del"),
        ("COAD", "COAD"),
    ],
)
def test_a_code_is_called_by_its_name_and_free_text_stays(code, words):
    assert in_words(code) == words


def test_levels_stand_in_their_order():
    levels = [">=75", "lung", "65-74", "<65", "Missing", "2", "10"]
    assert sorted(levels, key=level_order) == ["2", "10", "<65", "65-74", ">=75", "Missing", "lung"]


# what a definition says of whom or from when, and the analysis sets over which that is so
SAID_OF = {
    "all enrolled": ("Enrolled",),
    "First administration": ("Treated", "Safety"),
    "first administration": ("Treated", "Safety", "Confirmed responders"),
    "confirmed at least": ("Response (main)",),
    "Enrolment to": ("Enrolled",),
    "everybody of whom tissue was taken": ("Tissue taken",),
}
PLANNED = read_study(PROJECT, "DC04").sap


@pytest.mark.parametrize("output", PLANNED.outputs, ids=lambda output: output.id)
def test_a_definition_is_of_the_patients_and_the_clock_of_its_output(output):
    text = PLANNED.definition_of(output) or ""
    for words, sets in SAID_OF.items():
        if words in text:
            assert any(name in output.analysis_set for name in sets), (words, output.analysis_set)


@pytest.mark.parametrize(
    ("output_id", "words"),
    [
        ("T14.2.5.2", "from enrolment, from the MTB review and from first administration"),
        ("F14.2.1.2", "regimens"),
        ("T14.2.3.2", "from the first scan of the response"),
        ("L16.2.6.2", "raw row"),
        ("T14.2.2.2", "own denominator"),
    ],
)
def test_an_output_that_shows_something_else_than_its_endpoint_says_so(output_id, words):
    assert words in PLANNED.definition_of(PLANNED.output(output_id))
