"""`open_cut`, `define` and `emit` as a notebook meets them."""

from dataclasses import dataclass

import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

from analysis.errors import InputError, ParameterError, RegistryError
from analysis.estimates.rows import Cell, EstimateRows
from analysis.reporting import open_cut, session
from analysis.reporting.emission import Emission, emitted_outputs, svg_text
from tests.reporting.toy import derive_toy, make_toy


@dataclass
class Table:
    html: str


@dataclass
class Figure:
    figure: Drawing
    alt: str
    data: pd.DataFrame


def drawing():
    made = Drawing(figsize=(2, 2))
    made.subplots().plot([1, 2, 3], label="<i>")
    return made


def numbers(output_id="T14.1.1"):
    rows = EstimateRows(output_id, "ENRLFL")
    rows.count(Cell("main", category="=SUM(A1)"), ["P001", "P002"])
    rows.add(Cell("main"), "estimate", 1 / 3)
    rows.add(Cell("main"), "ci_high", None, text="NR", warning="not reached")
    return rows


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, instead of displaying it."""
    seen = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **more: seen.append((data, more.get("metadata")))
    )
    return seen


@pytest.fixture
def opened(tmp_path, monkeypatch, shown):
    """A cut opened by the runner: with a staging folder."""
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    staging = tmp_path / "staging"
    staging.mkdir()
    monkeypatch.setenv(session.STUDY_VARIABLE, str(toy.root))
    monkeypatch.setenv(session.STAGING_VARIABLE, str(staging))
    monkeypatch.delenv(session.NOTEBOOK_VARIABLE, raising=False)
    study = open_cut("DC01")
    study.staging = staging
    return study


def test_datasets_are_attributes_read_when_asked_for(opened):
    assert list(opened.adsl["TRTGRP1"]) == ["TG", "TG", "OT"]
    assert opened.adsl is opened.datasets["adsl"]
    assert list(opened.datasets) == ["adsl"]
    assert "adsl" in dir(opened)
    assert repr(opened) == "DC01 (Look <DC01>), clinical cutoff 2022-05-31"
    with pytest.raises(AttributeError, match=r"no analysis dataset 'adtte' in .*: adsl"):
        _ = opened.adtte


def test_a_dataset_that_is_not_what_its_schema_says_is_refused(opened):
    path = opened.study.derived / "adsl.parquet"
    adsl = pd.read_parquet(path)
    adsl.assign(TRTGRP1="ZZ").to_parquet(path, index=False)
    with pytest.raises(InputError, match=r"adsl\.parquet: not what schemas/derived/adsl\.py.*ZZ"):
        _ = open_cut("DC01").adsl
    adsl.drop(columns="AGEGR1").drop(columns="SEX").to_parquet(path, index=False)
    with pytest.raises(InputError, match=r"SEX.*run `registry derive` again"):
        _ = open_cut("DC01").adsl


def test_parameters_are_at_hand(opened):
    assert opened.cut.cut == "DC01"
    assert opened.rules.response.confirm_days > 0
    assert opened.sap.version == "1.0"


def test_define_escapes_what_the_plan_says(opened, shown):
    opened.define("T14.1.1")
    html = shown[0][0]["text/html"]
    assert 'id="output-T14.1.1"' in html
    assert "Table 14.1.1</span> Patients &amp; groups" in html
    assert "Enrolled (ENRLFL)" in html
    assert "<dt>Primary endpoint</dt><dd>Toys &lt;owned&gt;</dd>" in html
    assert "Every toy &amp; box counts." in html


def test_emit_writes_numbers_members_and_figures(opened, shown):
    data = pd.DataFrame({"day": [1.5, 2], "name": ["+cmd", "<b>"]})
    opened.emit("T14.1.1", numbers(), Table("<table></table>"), Figure(drawing(), "A line.", data))
    estimates = (opened.staging / "estimates" / "T14.1.1.csv").read_text().splitlines()
    assert estimates[1].startswith("T14.1.1,main,1,ENRLFL,,,,'=SUM(A1),n,2,,patients,,2,")
    assert ",estimate,0.333333333333," in estimates[2]
    assert ",ci_high,,NR," in estimates[3]
    members = pd.read_parquet(opened.staging / "members" / "T14.1.1.parquet")
    assert list(members["USUBJID"]) == ["P001", "P002"]
    assert (
        opened.staging / "figures" / "T14.1.1.csv"
    ).read_text() == "day,name\n1.5,'+cmd\n2,<b>\n"
    assert (opened.staging / "figures" / "T14.1.1.svg").read_text().startswith("<?xml")
    assert emitted_outputs(opened.staging) == ("T14.1.1",)
    assert shown[1][1] == {"image/svg+xml": {"alt": "A line."}}


def test_footnotes_follow_the_displays(opened, shown):
    opened.emit("T14.1.1", None, "A < B")
    texts = [data["text/html"] for data, _ in shown]
    assert texts[0] == '<p class="sentence">A &lt; B</p>'
    assert texts[1].startswith('<p class="take-away">Take away: ')
    assert "A note with &lt;b&gt;brackets&lt;/b&gt;." in texts[2]


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_figure_without_words_is_refused(opened, alt):
    with pytest.raises(RegistryError, match="no alternative text"):
        opened.emit("F14.1.1", None, Figure(drawing(), alt, pd.DataFrame()))
    assert emitted_outputs(opened.staging) == ()


def test_a_figure_without_data_is_refused(opened):
    with pytest.raises(RegistryError, match="has no data"):
        opened.emit("F14.1.1", None, Figure(drawing(), "A line.", None))


def test_a_bare_drawing_is_refused(opened):
    with pytest.raises(RegistryError, match=r"no alternative text|cannot show"):
        opened.emit("F14.1.1", None, drawing())


def test_nothing_to_show_is_refused(opened):
    with pytest.raises(RegistryError, match="without anything to show"):
        opened.emit("T14.1.1", numbers())


def test_an_unplanned_output_is_refused(opened):
    with pytest.raises(ParameterError, match=r"plans no output 'T14\.9'"):
        opened.emit("T14.9", None, "text")


def test_rows_of_another_output_are_refused(opened):
    with pytest.raises(RegistryError, match=r"T14\.1\.1: rows of other outputs: T14\.1\.2"):
        opened.emit("T14.1.1", numbers("T14.1.2"), "text")


def test_an_interactive_emit_writes_nothing_and_may_be_repeated(opened, tmp_path, shown):
    emission = Emission(None)
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        emission.emit(opened.sap.output("T14.1.1"), numbers(), ("text",))
    assert sorted(tmp_path.rglob("*")) == before


def test_an_svg_has_the_same_bytes_each_time_and_its_own_ids():
    first, again = svg_text(drawing(), "F1"), svg_text(drawing(), "F1")
    assert first == again
    assert first != svg_text(drawing(), "F2")
    assert "dc:date" not in first
    assert "matplotlib.org" not in first.split("<defs>", 1)[1]


def test_the_study_folder_is_the_nearest_one_above(tmp_path, monkeypatch):
    toy = make_toy(tmp_path)
    below = toy.root / "notebooks" / "explore"
    below.mkdir(parents=True)
    monkeypatch.delenv(session.STUDY_VARIABLE, raising=False)
    monkeypatch.chdir(below)
    assert session.find_study_folder() == toy.root
    monkeypatch.chdir("/")
    assert session.find_study_folder() == session.Project.installed().root


def test_an_interactive_session_derives_first_and_once(tmp_path, monkeypatch, capsys):
    import sys
    from types import SimpleNamespace

    toy = make_toy(tmp_path)
    build = SimpleNamespace(derive_cut=derive_toy)
    monkeypatch.setitem(sys.modules, "analysis.datasets.build", build)
    monkeypatch.setenv(session.STUDY_VARIABLE, str(toy.root))
    monkeypatch.delenv(session.STAGING_VARIABLE, raising=False)
    assert len(open_cut("DC01").adsl) == 3
    assert "Deriving the datasets of DC01 (never done)" in capsys.readouterr().out
    open_cut("DC01")
    assert capsys.readouterr().out == ""
    toy.write_extracts("DC01", ("TG",))
    assert len(open_cut("DC01").adsl) == 1
    toy.write_extracts("DC01", ("broken",))
    with pytest.raises(RegistryError, match="DC01: 1 error"):
        open_cut("DC01")
