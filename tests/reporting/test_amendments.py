"""The plan is amended, not edited: every amendment has its place on the pages it concerns."""

import copy
import datetime as dt

import pytest
import yaml

from analysis.errors import ParameterError
from analysis.sap import read_study
from tests.reporting.toy import run
from tests.study_folder import PROJECT

AMENDMENT = {
    "id": "A3",
    "date": dt.date(2026, 11, 26),
    "cuts_seen": ["DC01"],
    "old_rule": "Toys counted <b>once</b>.",
    "new_rule": "Toys count as often as they are played with.",
    "reason": "They are.",
    "outputs": ["T14.1.1"],
}


def amend(toy, *amendments):
    path = toy.root / "params" / "sap.yaml"
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    plan["amendments"] = list(amendments)
    path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")


def test_an_amended_output_says_so_and_a_page_lists_the_amendments(toy):
    amend(toy, AMENDMENT)
    assert run(toy)[0] == 0
    first, other, listed = (
        toy.page(f"{name}.html") for name in ("s01_toy", "s02_toy", "amendments")
    )
    assert 'amended after data were seen (<a href="amendments.html#A3">A3</a>)' in first
    assert "amended after" not in other
    assert "Toys count as often as they are played with." in listed
    assert "&lt;b&gt;once" in listed
    assert 'href="s01_toy.html#output-T14.1.1"' in listed
    assert all('href="amendments.html"' in page for page in (first, other, listed))


def test_a_plan_without_amendments_has_no_link_to_them(toy):
    assert run(toy)[0] == 0
    assert "amendments.html" not in toy.page("s01_toy.html")


@pytest.mark.parametrize(
    ("amendments", "words"),
    [
        ([AMENDMENT | {"outputs": ["T99.1"]}], "amendment A3: no output T99.1"),
        ([AMENDMENT, copy.deepcopy(AMENDMENT)], "amended twice under one name: A3"),
        ([AMENDMENT | {"id": "3"}], "id"),
        ([AMENDMENT | {"outputs": []}], "outputs"),
        ([AMENDMENT | {"cuts_seen": ["final"]}], "cuts_seen"),
    ],
)
def test_an_amendment_that_names_nothing_is_refused(toy, amendments, words):
    amend(toy, *amendments)
    with pytest.raises(ParameterError, match=words):
        read_study(toy.root, "DC01")


def test_the_shipped_plan_names_the_cuts_that_were_seen():
    plan = yaml.safe_load((PROJECT / "params" / "sap.yaml").read_text(encoding="utf-8"))
    cuts = {path.stem for path in (PROJECT / "params" / "cuts").glob("*.yaml")}
    assert all(set(amendment["cuts_seen"]) <= cuts for amendment in plan["amendments"])
