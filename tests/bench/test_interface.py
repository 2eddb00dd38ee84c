"""What a statistician finds in an opened cut: frames, numbers, rules, and things that show."""

import pandas as pd
import pytest

from analysis.reporting.session import OpenCut
from analysis.sap import read_study
from schemas.derived import DATASETS
from schemas.raw import RAW_TABLES
from tests.study_folder import PROJECT

NAMES = ("raw", "rules", "estimates", "members", "patient", "what_if", "compare")


@pytest.fixture
def study(small_study):
    return OpenCut(read_study(small_study, "DC01"), None, None)


def test_completion_offers_rules_and_nothing_of_a_library(study):
    groups = dir(study.rules)
    assert {"response", "follow_up", "promis29"} <= set(groups)
    assert dir(study.rules.response) == sorted(type(study.rules.response).model_fields)
    for name in (*groups, *dir(study.rules.response)):
        assert not name.startswith(("_", "model_"))
    assert "copy" not in groups


def test_every_dataset_and_every_raw_table_is_there(study):
    assert set(study.raw) == set(RAW_TABLES)
    assert study.raw["patients"]["line"].tolist()[0] == 2
    for name in DATASETS:
        assert isinstance(getattr(study, name), pd.DataFrame)


def test_the_estimates_are_those_of_every_output(study):
    """No run yet, so they are made now; each is what its room gives."""
    numbers = study.estimates
    assert numbers["output_id"].nunique() > 40
    rows = study.outputs.T14_1_2.numbers().frame
    mine = numbers[numbers["output_id"].eq("T14.1.2")]
    assert len(mine) == len(rows)
    wanted = rows.sort_values("row")["stat"].tolist()
    assert (
        pd.to_numeric(mine.assign(row=mine["row"].astype(int)).sort_values("row")["stat"]).tolist()
        == wanted
    )


def test_things_show_themselves_with_all_text_escaped(study):
    rows = study.outputs.T14_1_1.numbers()
    assert "T14.1.1" in rows._repr_html_()
    [table, *_] = study.outputs.T14_1_1.room.show(rows, study.rules)
    html = table._repr_html_()
    assert html.startswith("<style>")
    for level in {row.indent for row in table.rows}:
        assert f"indent-{level}{{padding-left:" in html
    patient = study.adsl["USUBJID"].iloc[0]
    story = study.patient(patient)
    assert story._repr_html_().count("<li>") == len(story.lines()) - 1


def test_members_lead_to_raw_rows(study):
    """From the rows of an output, made now: no report is needed."""
    from analysis.errors import ParameterError

    assert not (study.study.reports / "members.parquet").exists()
    frame = study.members("T14.1.2", parameter="ENRLFL")
    assert set(frame["USUBJID"]) == set(study.adsl["USUBJID"])
    assert set(frame["source_file"]) == {"patients.csv"}
    with pytest.raises(ParameterError, match="a listing: it counts nobody"):
        study.members("L16.2.8")
    with pytest.raises(ParameterError, match="has no group 'TX' here; there are ''"):
        study.members("T14.1.2", group="TX")


def test_the_page_of_the_interface_names_what_there_is(study):
    page = (PROJECT / "docs" / "interface.md").read_text(encoding="utf-8")
    for name in (
        "raw",
        "rules",
        "estimates",
        "members",
        "patient",
        "what_if",
        "compare",
        "changes",
    ):
        assert f"study.{name}" in page
        assert hasattr(type(study), name)
    for name in DATASETS:
        assert name in page


def test_datasets_explain_themselves(study):
    """What a question mark shows is the docstring that IPython asks a property for."""
    from analysis.bench.dataset_attributes import NAMES

    assert set(NAMES) == set(DATASETS)
    for name, dataset in DATASETS.items():
        said = getattr(type(study), name).getdoc()
        for column, spec in dataset.fields.items():
            assert f"\n{column} " in said
            assert spec.description in said
    assert "0 is the event" in type(study).adtte.getdoc() or "CNSR" in type(study).adtte.getdoc()


def test_columns_of_patients_stand_beside_any_dataset(study):
    for name in DATASETS:
        frame = getattr(study, name)
        joined = study.with_patients(name)
        assert len(joined) == len(frame)
        assert not [column for column in joined if column.endswith(("_x", "_y"))]
        assert joined["SEX"].notna().all()
    assert list(study.with_patients("adtte", "SEX"))[-1] == "SEX"


def test_outputs_can_be_grouped_by_any_property_of_a_patient(study):
    """A time, a response and the baseline by every column of ADSL, the others by some of them."""
    from analysis.errors import ParameterError
    from analysis.reporting.cut_outputs import can_be_grouped
    from analysis.tabulation.known_at_origin import FutureError

    able = [o for o in dir(study.outputs) if can_be_grouped(getattr(study.outputs, o).room)]
    assert {"T14_1_3", "T14_2_1_1", "T14_2_1_2", "T14_2_3_1", "T14_2_4_1", "T14_2_5_1"} <= set(able)
    made, refused = 0, []
    for column in study.adsl:
        every = column in ("SEX", "AGEGR1", "TUMTYP", "AGE")
        for output in able if every else ("T14_2_5_1", "T14_2_1_2", "T14_1_3"):
            try:
                rows = getattr(study.outputs, output).numbers(by=column)
            except (FutureError, ParameterError) as error:
                refused.append((column, str(error)))
            else:
                made += 1
                assert rows.by == column
    assert made > 60
    late = " by {}, which is not known yet at its origin"
    words = (late, "cannot be grouped by {}, which is a date", "by {}, which is no property")
    for column, said in refused:
        assert any(text.format(column) in said for text in words), said


@pytest.mark.parametrize(
    ("output", "by", "said"),
    [
        ("T14.2.4.1", "SEXX", r"T14\.2\.4\.1: ADSL has no column 'SEXX'; known here: .*SEX"),
        ("T14.2.4.1", "DTHDT", r"cannot be grouped by DTHDT, which is a date"),
        ("T14.2.4.1", "USUBJID", r"cannot be grouped by USUBJID, which is no property"),
        ("T14.1.2", "SEX", r"T14\.1\.2 has no by=; these have: .*T14\.2\.4\.1"),
    ],
)
def test_a_grouping_that_cannot_be_says_what_would_be_right(study, output, by, said):
    from analysis.errors import ParameterError

    with pytest.raises(ParameterError, match=said):
        study.outputs.by_id(output).numbers(by=by)


def test_after_an_edit_every_old_number_says_so(small_study, monkeypatch):
    """Not only what is shown: frames, rows, members, stories, comparisons and what is saved."""
    from analysis.reporting import session

    shown = []
    monkeypatch.setenv("REGISTRY_STUDY", str(small_study))
    monkeypatch.delenv("REGISTRY_STAGING", raising=False)
    monkeypatch.setattr(session, "_derive_if_stale", lambda study: None)
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **_: shown.append(data.get("text/html", ""))
    )
    study = session.open_cut("DC01")
    patient = study.adsl["USUBJID"].iloc[0]
    other = study.what_if({"response.confirm_days": 84})
    assert shown == []
    path = small_study / "data" / "raw" / "DC01" / "ecog.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    cells = {
        "frame": lambda: study.adsl,
        "rows": lambda: study.outputs.T14_1_2.numbers(),
        "raw": lambda: study.raw,
        "estimates": lambda: study.estimates,
        "story": lambda: study.patient(patient),
        "compare": lambda: study.compare(other, "T14.1.2"),
        "saved": lambda: study.save("mine", study.adsl[["USUBJID", "AGE"]]),
        "what-if": lambda: other.adsl,
    }
    for number, (name, asked) in enumerate(cells.items(), 1):
        shown.clear()
        monkeypatch.setattr(session, "cell_number", lambda number=number: number)
        asked()
        assert len([s for s in shown if "raw extracts changed since it was opened" in s]) == 1 + (
            name == "compare"
        ), name
        assert all("#b3261e" in said for said in shown)
    page = small_study / "notebooks" / "explore" / "DC01" / "mine.html"
    assert "raw extracts changed since" in page.read_text(encoding="utf-8")
