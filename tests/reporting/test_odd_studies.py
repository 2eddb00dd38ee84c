"""Small and odd studies: every notebook runs in silence, and no page shows what no reader knows.

A warning of a library is an error here (`filterwarnings` of the project), as in the kernels: who
has a small study cannot tell pandas' future from his own.
"""

from __future__ import annotations

import re
from html import unescape

import pytest

from analysis.datasets.build import derive_cut
from tests.odd_studies import STUDIES, study_folder
from tests.outputs.every_output import every_page

# What a program prints of a value that is not there, as a word of its own in what is shown.
NOTHING = re.compile(r"(?<![\w.'-])(nan|NaN|NaT|<NA>|-?inf|Timestamp\(|\[\])(?![\w'-])")
TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


# All were run when this was written; these took a branch that the others do not take.
SHOWN = (
    "nobody",
    "one guided patient",
    "sequenced and treated, nothing measured",
    "other letters",
)


@pytest.mark.parametrize("name", [name for name in STUDIES if name not in SHOWN])
def test_every_study_is_derived_in_silence(name, tmp_path):
    outcome = derive_cut(study_folder(tmp_path, STUDIES[name]), "DC90")
    assert outcome.exit_status == 0, outcome.summary


@pytest.mark.parametrize("name", SHOWN)
def test_every_notebook_runs_in_silence_and_reads_well(name, tmp_path, capfd):
    root = study_folder(tmp_path / "study", STUDIES[name])
    outcome = derive_cut(root, "DC90")
    assert outcome.exit_status == 0, outcome.summary
    html = every_page(root, "DC90", tmp_path / "staging")
    text = unescape(TAGS.sub("\n", html))
    assert [line for line in text.splitlines() if NOTHING.search(line)] == []
    said = capfd.readouterr()
    assert "Warning" not in said.err + said.out
