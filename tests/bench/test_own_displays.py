"""Tables and figures of one's own: shown, saved, signed; never part of a report."""

import pandas as pd
import pytest

from analysis.displays.style import canvas
from analysis.errors import ParameterError
from analysis.reporting.session import OpenCut
from analysis.sap import read_study


@pytest.fixture
def shown(monkeypatch):
    pieces = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, **_: pieces.append(data.get("text/html") or data.get("image/svg+xml", "")),
    )
    return pieces


@pytest.fixture
def study(small_study):
    return OpenCut(read_study(small_study, "DC01"), None, None)


FRAME = pd.DataFrame(
    {
        "Group": ["<b>", "=cmd()"],
        "Patients": [3, 4],
        "Median": [1.25, None],
        "Day": pd.to_datetime(["2022-03-01", None]),
    }
)


def drawing():
    made = canvas()
    made.subplots().plot([0, 1], [0, 1])
    return made


def test_a_frame_is_shown_as_a_table_of_the_report(study, shown):
    study.show(FRAME, title="Mine & yours", notes=["Read <twice>"])
    [html] = shown
    assert "<caption>Mine &amp; yours</caption>" in html
    assert '<th scope="row" class="indent-0">&lt;b&gt;</th>' in html
    assert "<td>1.25</td>" in html
    assert '<td class="text">2022-03-01</td>' in html
    assert "<li>Read &lt;twice&gt;</li>" in html
    assert "nan" not in html.lower()
    assert "NaT" not in html


def test_an_index_is_the_stub(study, shown):
    counts = FRAME.assign(one=1).groupby(["Group", "one"])["Patients"].sum()
    study.show(counts)
    assert '<th scope="col">Group / one</th>' in shown[0]
    assert "=cmd() / 1" in shown[0]


def test_a_table_is_saved_as_page_and_csv_with_its_cut(study):
    written = study.save("by_group", FRAME, title="Mine")
    folder = study.study.root / "notebooks" / "explore" / "DC01"
    assert written == [folder / "by_group.html", folder / "by_group.csv"]
    page = written[0].read_text(encoding="utf-8")
    assert "DC01, data to 20" in page
    assert "Not an output of the plan." in page
    assert "<script" not in page
    assert written[1].read_text(encoding="utf-8").splitlines()[2].startswith("'=cmd(),4,")


def test_a_figure_is_saved_signed_and_the_same_twice(study):
    pytest.importorskip("matplotlib")
    mine = drawing()
    [path] = study.save("curve", mine)
    first = path.read_bytes()
    assert mine.get_supxlabel().startswith("DC01, data to 20")
    assert study.save("curve", mine) == [path]
    assert path.read_bytes() == first
    axes = mine.axes[0]
    assert study.save("curve-2", axes)[0].name == "curve-2.svg"


def test_under_other_rules_it_says_so_wherever_it_is_saved(study):
    other = study.what_if({"response.confirm_days": 84})
    page, _ = other.save("by_group", FRAME)
    assert page.parent.name == "DC01-what-if"
    assert "WHAT IF response.confirm_days = 84 (plan: 28)" in page.read_text(encoding="utf-8")
    mine = drawing()
    other.save("curve", mine)
    assert mine.get_supxlabel().startswith("WHAT IF response.confirm_days = 84 (plan: 28)")


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "x" * 81, "a b", "ä"])
def test_a_name_is_a_name_and_no_path(study, name):
    with pytest.raises(ParameterError, match=r"is no name: letters, digits, _ and -"):
        study.save(name, FRAME)
    assert not (study.study.root / "notebooks").exists()


def test_what_cannot_be_shown_is_refused_in_words(study):
    with pytest.raises(ParameterError, match="cannot show a int; give the rows of an output"):
        study.show(3)


def test_no_report_takes_them(small_study, tmp_path):
    run = OpenCut(read_study(small_study, "DC01"), tmp_path, None)
    with pytest.raises(ParameterError, match="a report shows the outputs of the plan"):
        run.show(FRAME)
    with pytest.raises(ParameterError, match="nothing beside them"):
        run.save("mine", FRAME)
