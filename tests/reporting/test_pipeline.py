"""`registry run` on a toy: what is done, what is done again, and what a failure leaves."""

import fcntl
import json
import re
import sys

import pandas as pd
import pytest

from analysis.errors import DerivationError, ParameterError
from analysis.reporting import publication, session, staleness
from analysis.reporting.staleness import status_lines
from tests.reporting import toy as toys
from tests.reporting.toy import FIGURE_PAGE, OPEN, TABLE_PAGE, run


def executed(said):
    return [line for line in said.lines if line.endswith("executed")]


def written(toy):
    report = toy.root / "reports" / "DC01"
    return {path.name: path.stat().st_mtime_ns for path in report.iterdir()}


def test_first_run_publishes_everything(toy):
    status, said = run(toy)
    assert status == 0, said.text
    assert set(toy.published()) == {
        "amendments.html",
        "checklists.html",
        "glossary.html",
        "index.html",
        "numbers-in-sentences.html",
        "s01_toy.html",
        "s02_toy.html",
        *(f"patients/{name}.html" for name in ("index", "P001", "P002", "P003")),
        *(f"downloads/T14.1.1.{kind}" for kind in ("csv", "docx", "rtf")),
        *(f"downloads/F14.1.1.{kind}" for kind in ("csv", "svg")),
        "estimates.csv",
        "members.parquet",
        "findings.csv",
        "manifest.json",
        "figures/F14.1.1.svg",
        "figures/F14.1.1.csv",
    }
    assert (toy.root / "reports" / "index.html").is_file()
    assert not list((toy.root / "reports").glob(".building-*"))


def test_second_run_does_nothing_and_a_forced_one_gives_the_same_bytes(toy):
    run(toy)
    before = toy.published()
    times = written(toy)
    status, said = run(toy)
    assert status == 0
    assert executed(said) == []
    assert "report is up to date" in said.text
    assert times == written(toy)
    run(toy, force=True)
    assert toy.published() == before


def test_only_the_edited_notebook_is_executed_again(toy):
    run(toy)
    toy.write_notebook("s02_toy", *FIGURE_PAGE, "'an addition'")
    assert [line for line in status_lines(toy.root, toy.project) if "s02_toy" in line] == [
        "  s02_toy                      stale: the notebook changed"
    ]
    _, said = run(toy)
    assert executed(said) == ["DC01: s02_toy executed"]
    assert "an addition" in toy.page("s02_toy.html")


def test_a_notebook_that_was_run_and_saved_is_not_stale(toy):
    run(toy)
    before = toy.published()
    path = toy.project.notebooks / "s01_toy.ipynb"
    edited = json.loads(path.read_text())
    for number, cell in enumerate(edited["cells"]):
        if cell["cell_type"] == "code":
            shown = {"output_type": "stream", "name": "stdout", "text": ["P001, of old\n"]}
            cell |= {"execution_count": number, "outputs": [shown]}
            cell["metadata"] |= {"execution": {"shell.execute_reply": "2026-11-26"}}
    edited["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
    path.write_text(json.dumps(edited))
    told = status_lines(toy.root, toy.project)[1:]
    assert [line for line in told if not line.endswith("up to date")] == []
    _, said = run(toy)
    assert executed(said) == []
    run(toy, force=True)
    assert toy.published() == before


def test_changed_extracts_are_derived_and_reported_again_for_their_cut_only(toy):
    toy.keep_first_page_only()
    toy.write_cut("DC02", previous=None)
    run(toy, ("DC01", "DC02"))
    before = toy.published("DC01")
    toy.write_extracts("DC02", ("TG", "OT", "OT", "OT"))
    _, said = run(toy, ("DC01", "DC02"))
    assert "DC02: derived (raw extracts changed)" in said.lines
    assert executed(said) == ["DC02: s01_toy executed"]
    assert toy.published("DC01") == before


def test_a_cut_that_compares_with_a_changed_one_is_stale(toy):
    toy.keep_first_page_only()
    toy.write_cut("DC02", previous="DC01")
    run(toy, ("DC01", "DC02"))
    toy.write_extracts("DC01", ("TG", "OT", "OT", "OT"))
    reasons = [line for line in status_lines(toy.root, toy.project) if "stale" in line]
    assert "  s01_toy                      stale: the previous cut changed" in reasons


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("reports/DC01/estimates.csv", "estimates.csv was touched"),
        ("data/derived/DC01/adsl.parquet", "data/derived/DC01/adsl.parquet was touched"),
        ("reports/.work/DC01/s01_toy/body.html", "body.html was touched"),
    ],
)
def test_a_touched_output_is_noticed_and_made_again(toy, path, word):
    toy.keep_first_page_only()
    run(toy)
    before = toy.published()
    (toy.root / path).write_bytes(b"something else")
    assert any(word in line for line in status_lines(toy.root, toy.project))
    assert run(toy)[0] == 0
    assert toy.published() == before


def test_status_names_every_step(toy):
    assert all("stale: never done" in line for line in status_lines(toy.root, toy.project)[1:])
    run(toy)
    lines = status_lines(toy.root, toy.project)
    assert lines[0] == "DC01  Look <DC01> (cutoff 2022-05-31)"
    assert [line.split()[0] for line in lines[1:]] == ["datasets", "s01_toy", "s02_toy", "pages"]
    assert all(line.endswith("up to date") for line in lines[1:])


def test_a_failure_names_notebook_cell_and_cut_and_leaves_the_last_good_report(toy):
    run(toy)
    before = toy.published()
    toy.write_notebook("s01_toy", *TABLE_PAGE, "# Now it breaks", "toy.fail()\nstudy")
    status, said = run(toy)
    assert status == 3
    assert "FAILED s01_toy.ipynb, cell 8 (toy.fail()), cut DC01" in said.text
    assert "ValueError: the toy is broken" in said.text
    after = toy.published()
    kept = {name for name in after if name.startswith("failed/")}
    assert kept == {"failed/s01_toy.ipynb", "failed/s01_toy.html"}
    assert {name: after[name] for name in before} == before
    page = toy.page("failed/s01_toy.html")
    assert "the toy is broken" in page
    assert "toy.fail()" in page

    toy.write_notebook("s01_toy", *TABLE_PAGE)
    assert run(toy)[0] == 0
    assert toy.published() == before


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((OPEN,), "planned but not emitted: T14.1.1"),
        (
            (*TABLE_PAGE, "study.emit('T99.1', None, 'x')"),
            "cell 7 (study.emit('T99.1', None, 'x')), cut DC01\n"
            "ParameterError: params/sap.yaml plans no output 'T99.1'",
        ),
        (
            (*TABLE_PAGE, "study.emit('F14.1.1', None, 'x')"),
            "params/sap.yaml plans no output 'F14.1.1'",
        ),
        ((*TABLE_PAGE, "study.emit('T14.1.1', None, 'x')"), "T14.1.1 is emitted twice"),
    ],
)
def test_a_notebook_must_emit_what_the_plan_asks(toy, cells, words):
    toy.keep_first_page_only()
    toy.write_notebook("s01_toy", *cells)
    status, said = run(toy)
    assert status == 3
    assert words in said.text
    assert not (toy.root / "reports" / "DC01" / "index.html").exists()


@pytest.mark.parametrize("first", ["cut = 'DC01'\nseed = 1", "answer = 42", ""])
def test_a_notebook_with_other_parameters_is_refused(toy, first):
    toy.keep_first_page_only()
    path = toy.project.notebooks / "s01_toy.ipynb"
    path.write_text(path.read_text().replace("cut = 'DC01'", first.replace("\n", "\\n")))
    status, said = run(toy)
    assert status == 3
    assert "it must hold `cut` only" in said.text


def test_extracts_with_errors_are_not_analysed_and_the_last_report_stays(toy):
    toy.keep_first_page_only()
    toy.write_cut("DC02")
    run(toy, ("DC01", "DC02"))
    before = toy.published()
    toy.write_extracts("DC01", ("broken",))
    status, said = run(toy, ("DC01", "DC02"))
    assert status == 1
    assert "DC01 is not analysed" in said.text
    assert "DC01: refused (" in said.text
    told = [line for line in status_lines(toy.root, toy.project) if "datasets" in line]
    assert "raw extracts changed" in told[0]  # the datasets of the last good run are still there
    after = toy.published()
    assert {name for name in after if before.get(name) != after[name]} == {
        "unpublished/findings.csv"
    }
    index = (toy.root / "reports" / "index.html").read_text()
    assert "the extracts have 1 error, see unpublished/findings.csv; the report shown" in index

    toy.write_extracts("DC01")  # as they were
    assert run(toy, ("DC01", "DC02"))[0] == 0
    assert toy.published() == before
    assert "the extracts have" not in (toy.root / "reports" / "index.html").read_text()


def test_a_second_run_at_once_is_refused(toy):
    lock = toy.root / "reports" / ".lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ParameterError, match=r"another run is at work here \(process 4711\)"):
            run(toy)


def test_what_a_killed_run_left_is_swept(toy):
    toy.keep_first_page_only()
    run(toy)
    before = toy.published()
    reports = toy.root / "reports"
    (reports / ".building-DC01").mkdir()
    (reports / ".building-DC01" / "index.html").write_text("half")
    (reports / "DC01").rename(reports / ".replaced-DC01")
    run(toy)
    assert toy.published() == before
    assert not list(reports.glob(".building-*")) + list(reports.glob(".replaced-*"))


def test_files_of_others_beside_the_report_are_kept_but_no_old_output(toy):
    run(toy)
    report = toy.root / "reports" / "DC01"
    (report / "review.txt").write_text("seen")
    plan = toy.root / "params" / "sap.yaml"
    plan.write_text(plan.read_text().replace("notebook: s02_toy", "notebook: null"))
    run(toy)
    names = set(toy.published())
    assert "review.txt" in names
    assert not names & {"s02_toy.html", "figures/F14.1.1.svg"}
    assert "Planned, not produced yet: 1 outputs" in toy.page("index.html")


def test_warnings_are_told_without_machine_paths_and_stay_out_of_the_page(toy):
    toy.keep_first_page_only()
    toy.write_notebook("s01_toy", *TABLE_PAGE, "toy.warn()")
    _, said = run(toy)
    assert "  s01_toy, DC01: UserWarning: this is unusual" in said.lines
    assert "this is unusual" not in toy.page("s01_toy.html")
    assert str(toy.root) not in toy.page("s01_toy.html")


def test_a_notebook_the_plan_names_must_be_there(toy):
    (toy.project.notebooks / "s02_toy.ipynb").unlink()
    with pytest.raises(ParameterError, match="assigns outputs to the notebook 's02_toy'"):
        run(toy)


def test_estimates_are_sorted_and_members_lead_to_patients(toy):
    run(toy)
    estimates = pd.read_csv(toy.root / "reports/DC01/estimates.csv", keep_default_na=False)
    key = ["output_id", "analysis_id", "group", "visit", "parameter", "category", "stat_name"]
    assert estimates[key].equals(estimates[key].sort_values(key, ignore_index=True))
    assert estimates["stat"].astype(str).max() == "2.0"
    text = (toy.root / "reports/DC01/estimates.csv").read_bytes()
    assert b"0.333333333333," in text
    assert b"\r" not in text
    members = pd.read_parquet(toy.root / "reports/DC01/members.parquet")
    table = members[members["output_id"].eq("T14.1.1")]
    assert table.groupby("group")["USUBJID"].agg(list).to_dict() == {
        "OT": ["P003"],
        "TG": ["P001", "P002"],
    }


def test_nothing_published_knows_the_time_or_the_machine(toy):
    run(toy)
    for path in (toy.root / "reports" / "DC01").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(toy.root).encode() not in content, path
            assert b"/site-packages/" not in content, path
            assert not re.search(rb"20(2[4-9]|3\d)-\d\d-\d\dT", content), path


def test_the_key_of_a_step_names_each_kind_of_input(toy):
    step = staleness.derivation(toy.root, "DC01", toy.project)
    assert set(step.key) == {"extracts", "parameters", "code", "lock"}


def test_findings_of_a_published_report_change_only_with_it(toy):
    toy.keep_first_page_only()
    run(toy)
    report = toy.root / "reports" / "DC01"
    before = toy.published()
    toy.write_extracts("DC01", ("broken",))
    toys.derive_toy(toy.root, "DC01")  # as `registry derive` and `validate` write them
    assert {name: toy.published()[name] for name in before} == before
    pending = report / "unpublished" / "findings.csv"
    assert "mend it" in pending.read_text()
    toy.write_extracts("DC01", ("TG", "TG"))
    assert run(toy)[0] == 0
    assert not pending.exists()
    assert toy.published()["findings.csv"] == before["findings.csv"]
    assert toy.published()["estimates.csv"] != before["estimates.csv"]


def test_findings_without_a_report_stand_where_it_will_be(toy):
    toy.write_extracts("DC01", ("broken",))
    assert run(toy)[0] == 1
    assert set(toy.published()) == {"findings.csv"}


def test_notebooks_read_the_findings_of_the_datasets_they_read(toy, monkeypatch):
    run(toy)
    toy.write_extracts("DC01", ("broken",))
    toys.derive_toy(toy.root, "DC01")
    monkeypatch.setenv(session.STUDY_VARIABLE, str(toy.root))
    monkeypatch.setenv(session.STAGING_VARIABLE, str(toy.root))
    assert list(session.open_cut("DC01").findings["severity"]) == []


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (DerivationError("nobody fits", ["P001"]), 3, "nobody fits (1 patient: P001)"),
        (ZeroDivisionError("of ours"), 3, "a fault of the program: ZeroDivisionError: of ours"),
        (OSError(28, "No space left on device"), 2, "the disk is full"),
    ],
)
def test_the_failure_of_one_cut_is_told_with_its_name_and_stops_no_other(
    toy, monkeypatch, error, status, words
):
    toy.keep_first_page_only()
    for name in ("DC02", "DC03"):
        toy.write_cut(name)

    def derive(root, cut):
        if cut == "DC02":
            raise error
        return toys.derive_toy(root, cut)

    monkeypatch.setattr(sys.modules["analysis.datasets.build"], "derive_cut", derive)
    done, said = run(toy, ("DC01", "DC02", "DC03"))
    assert done == status
    assert f"FAILED DC02: {words}" in said.text.replace(f"{toy.root}: ", "")
    for name in ("DC01", "DC03"):
        assert f"{name}: report written" in said.lines
        assert "index.html" in toy.published(name)
    assert "index.html" not in toy.published("DC02")
    logs = list((toy.root / "reports").glob("fault-*.log"))
    assert len(logs) == ("fault of the program" in words)


def test_a_report_that_cannot_be_built_stops_no_other(toy, monkeypatch):
    toy.keep_first_page_only()
    toy.write_cut("DC02")
    run(toy, ("DC01", "DC02"))
    before = toy.published("DC01")
    toy.write_extracts("DC01", ("TG",))
    toy.write_extracts("DC02", ("TG",))
    build = publication.write_cut_pages

    def fail_for_the_first(folder, study, *more):
        if study.cut.cut == "DC01":
            raise KeyError("of ours")
        return build(folder, study, *more)

    monkeypatch.setattr(publication, "write_cut_pages", fail_for_the_first)
    status, said = run(toy, ("DC01", "DC02"))
    assert status == 3
    assert "FAILED DC01: a fault of the program: KeyError" in said.text
    assert "DC02: report written" in said.lines
    assert toy.published("DC01") | before == toy.published("DC01")
    assert not list((toy.root / "reports").glob(".building-*"))


def test_a_cut_whose_parameters_are_wrong_keeps_no_other_from_the_index(toy):
    toy.keep_first_page_only()
    toy.write_cut("DC02")
    path = toy.root / "params" / "cuts" / "DC02.yaml"
    path.write_text(path.read_text() + "nonsense: 1\n")
    assert run(toy, ("DC01",))[0] == 0
    index = (toy.root / "reports" / "index.html").read_text()
    assert 'href="DC01/index.html"' in index
    assert "its parameters are wrong: params/cuts/DC02.yaml, line" in index
