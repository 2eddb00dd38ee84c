"""Text that hides something, from extract to page and file: it is shown for what it is."""

import csv

import pandas as pd
import pytest

from analysis.characters import hidden
from analysis.datasets.build import derive_cut
from tests.extracts_factory import tiny_study, write_extracts
from tests.outputs.every_output import every_page
from tests.study_folder import with_plan
from tests.test_extracts import ONLY_SHOWN

HOSTILE = "a\rb\x1b[31mc\x07d\u202ee\u200bf\u00adg\u2066h\ufe0fi\U000e0041j\x85k\u2028l\ufeff=1+1"
CUT = """\
cut: DC90
label: hostile
clinical_cutoff: 2023-11-30
snapshot_date: 2023-12-15
previous: null
sap_version: "1.1"
synthetic: true
overrides: {}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The tiny study with the same hostile text in every cell that is only shown."""
    root = with_plan(tmp_path_factory.mktemp("hostile"))
    (root / "params" / "cuts").mkdir()
    (root / "params" / "cuts" / "DC90.yaml").write_text(CUT, encoding="utf-8")
    tables = tiny_study()
    for table, column in ONLY_SHOWN:
        for row in tables[table]:
            row[column] = HOSTILE
    write_extracts(root / "data" / "raw" / "DC90", tables)
    return root, derive_cut(root, "DC90")


@pytest.fixture(scope="module")
def shown(study, tmp_path_factory):
    staging = tmp_path_factory.mktemp("staging")
    return every_page(study[0], "DC90", staging), staging


def test_it_is_a_warning_at_every_cell_and_the_cut_is_derived(study):
    _, outcome = study
    assert outcome.exit_status == 0
    rows = outcome.findings.frame()
    rows = rows[rows["rule"].eq("text.unprintable")]
    found = set(zip(rows["file"].str.removesuffix(".csv"), rows["column"], strict=True))
    assert found == ONLY_SHOWN
    assert rows["message"].str.contains("U\\+202E \\(right-to-left override\\)").all()


def test_no_page_hides_anything(shown):
    html, _ = shown
    assert hidden(html) == []
    assert "d&lt;U+202E&gt;e&lt;U+200B&gt;f" in html


def test_no_file_hides_anything_and_each_reads_as_it_was_written(study, shown):
    root, _ = study
    _, staging = shown
    files = [*root.rglob("*.csv"), *staging.rglob("*.csv"), *staging.rglob("*.svg")]
    files = [path for path in files if "raw" not in path.parts]
    assert {"findings.csv", "cut_readout.csv", "cut_counts.csv"} <= {path.name for path in files}
    assert len(files) > 50
    for path in files:
        text = path.read_bytes().decode("utf-8")
        assert hidden(text) == [], path
        if path.suffix == ".csv":
            rows = list(csv.reader(text.splitlines(keepends=True)))
            assert {len(row) for row in rows} == {len(rows[0])}, path
            assert len(pd.read_csv(path, dtype=str)) == len(rows) - 1, path


def test_a_hidden_character_in_a_group_is_refused_at_its_line(study, tmp_path):
    tables = tiny_study()
    tables["patients"][2]["tumour_group"] = "colo\rrectal"
    root = with_plan(tmp_path)
    (root / "params" / "cuts").mkdir()
    (root / "params" / "cuts" / "DC90.yaml").write_text(CUT, encoding="utf-8")
    write_extracts(root / "data" / "raw" / "DC90", tables)
    outcome = derive_cut(root, "DC90")
    assert outcome.exit_status == 1
    refusal = "patients.csv, line 4, tumour_group = 'colo<U+000D>rectal': U+000D (carriage return)"
    assert refusal in "\n".join(outcome.summary)
