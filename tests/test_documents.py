"""The pages rendered from the code are those that stand in docs/, and what they say is so."""

from __future__ import annotations

import re
import tomllib

import pandas as pd
import pytest

from analysis.endpoints.time_parameters import BY_PARAMCD, CENSORINGS
from analysis.reporting.dependencies import DEPENDENCIES
from analysis.reporting.documents import PAGES, TERMS, line_of
from schemas.terminology import ADTTE_PARAMCD
from tests.study_folder import PROJECT

# What a newcomer must find in one step from the README.
WANTED = (
    (
        "progression-free best overall|confirmation|measurable|treatment-emergent|guided|"
        "denominators of orr|duration of response|t-score|minimal|ecog worst|pfs ratio|"
        "second profile|funnel|cut rule for deaths|partial dates|visit windows|clopper-pearson|"
        "restricted mean|suppression"
    )
    .replace("progression-free best", "progression-free|best")
    .split("|")
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_renders(name):
    page = (PROJECT / "docs" / name).read_text(encoding="utf-8")
    assert page == PAGES[name](), f"stale: run python -m analysis.reporting.documents ({name})"


def test_twenty_terms_are_found_in_one_step():
    terms = [term.lower() for term, _, _ in TERMS]
    assert [word for word in WANTED if not any(word in term for term in terms)] == []
    assert len(terms) == len(WANTED) == 20
    assert "docs/finder.md" in (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("term", "path", "name"), TERMS)
def test_a_term_leads_to_the_line_that_defines_it(term, path, name):
    line = line_of(path, name)
    text = (PROJECT / "src" / "analysis" / path).read_text(encoding="utf-8").splitlines()[line - 1]
    assert name in text


def test_every_time_is_in_the_table_and_no_other():
    assert set(BY_PARAMCD) == set(ADTTE_PARAMCD)


@pytest.mark.parametrize("cut", ["DC02", "DC04"])
def test_the_table_of_times_says_what_the_datasets_hold(shipped_outputs, cut):
    """Label, population, origin, events and codes of every row that was derived."""
    data = shipped_outputs(cut)[0].datasets
    adtte, adsl = data["adtte"], data["adsl"].set_index("USUBJID")
    for paramcd, rows in adtte.groupby("PARAMCD"):
        declared = BY_PARAMCD[paramcd]
        assert rows["PARAM"].str.startswith(declared.label.split(",")[0]).all(), paramcd
        who = adsl.loc[rows["USUBJID"]]
        assert who[declared.population].eq("Y").all(), paramcd
        if declared.origin:
            starts = pd.DatetimeIndex(rows["STARTDT"])
            assert (starts == pd.DatetimeIndex(who[declared.origin])).all(), paramcd
        events = rows["EVNTDESC"].dropna().unique()
        assert [e for e in events if not e.startswith(declared.events)] == [], paramcd
        codes = set(rows["CNSR"]) - {0}
        assert codes <= set(declared.censorings), (paramcd, codes)
        assert codes <= set(CENSORINGS)


def test_every_direct_dependency_is_explained_and_no_other():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = sorted(re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"])
    assert sorted(name for entry in DEPENDENCIES for name in entry.names) == wanted


def test_what_is_still_ours_stands_where_the_page_says():
    paths = [path for entry in DEPENDENCIES for path in entry.ours]
    assert [path for path in paths if not (PROJECT / path).exists()] == []
