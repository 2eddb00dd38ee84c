"""`run --only`: the notebooks named, nothing published before all are up to date."""

import pytest

from analysis.errors import ParameterError
from analysis.reporting.staleness import short_status
from tests.reporting.toy import run


def test_only_what_is_named_is_executed_and_nothing_is_published(toy):
    status, said = run(toy, only=("F14.1.1",))
    assert status == 0
    assert "DC01: s02_toy executed" in said.text
    assert "s01_toy executed" not in said.text
    assert "DC01: not published, 1 notebook stale" in said.text
    assert not (toy.root / "reports" / "DC01" / "index.html").exists()
    assert short_status(toy.root, toy.project)["DC01"].startswith("s01_toy: never done")


def test_when_the_last_stale_one_is_done_the_report_is_published(toy):
    run(toy, only=("s02_toy",))
    status, said = run(toy, only=("s01_toy.ipynb",))
    assert status == 0
    assert "s02_toy executed" not in said.text
    assert "DC01: report written" in said.text
    assert (toy.root / "reports" / "DC01" / "index.html").is_file()
    assert short_status(toy.root, toy.project) == {"DC01": ""}


def test_a_name_that_is_neither_is_refused_with_what_there_is(toy):
    with pytest.raises(ParameterError, match=r"--only s9: neither .*; there are s01_toy, s02_toy"):
        run(toy, only=("s9",))
