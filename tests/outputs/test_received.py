"""Not received is not zero: what needs a table without a row reads so, everywhere it is shown."""

from __future__ import annotations

from html import unescape

import pandas as pd
import pytest

from analysis.datasets.build import derive_cut
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.received import emptied, lacking, needed, said_beside, sentence
from analysis.parameter_rules import COLLECTABLE
from analysis.sap import read_study
from schemas.raw import RAW_TABLES
from tests.extracts_factory import tiny_study
from tests.odd_studies import study_folder
from tests.outputs.every_output import every_page
from tests.study_folder import PROJECT
from tests.tables import plan_rules

_FUNNEL = "T14.1.1 F14.1.1"
_GUIDED = "T14.2.2.1 T14.2.2.2 F14.2.2.1 T14.2.7.4 T14.2.4.4 F14.2.4.4"
_RESPONSE = "T14.2.1.1 T14.2.1.2 T14.2.1.3 T14.2.1.4 F14.2.1.4 T14.2.3.1 T14.2.3.2"
_PFS = "T14.2.4.1 T14.2.4.2 T14.2.4.3 F14.2.4.1 T14.2.4.4 F14.2.4.4"
_SURVIVAL = "T14.2.5.1 T14.2.5.3 F14.2.5.1"
_SAFETY = "T14.3.1.1 T14.3.1.2 T14.3.1.3 T14.3.1.4 F14.3.1 L16.2.7"
# Raw table -> outputs that say nothing without it: what the rooms must declare.
NEEDED_BY = {
    table: frozenset(outputs.split())
    for table, outputs in {
        "prior_treatments": "T14.1.4 T14.2.4.4 F14.2.4.4",
        "biopsies": f"{_FUNNEL} T14.1.5 T14.1.7 T14.3.1.4",
        "sequencing": f"{_FUNNEL} T14.1.5 T14.1.7 T14.2.2.2 T14.2.7.1 T14.2.7.2 T14.2.7.3 "
        "T14.2.7.4 F14.2.7.1 T14.2.10.1 T14.2.10.2 L16.2.6.4",
        "variants": "T14.2.7.3 T14.2.7.4 F14.2.7.1 T14.2.10.2 L16.2.6.4",
        "mtb_reviews": f"{_FUNNEL} {_GUIDED} T14.1.6 T14.1.7 F14.1.6 T14.2.7.1 T14.2.7.2 "
        "T14.2.10.1 L16.2.6.3",
        "mtb_recommendations": f"{_FUNNEL} {_GUIDED} T14.1.6 F14.1.6 T14.2.7.2 T14.2.10.1 "
        "L16.2.6.3",
        "mtb_decisions": "T14.1.6",
        "treatments": f"{_FUNNEL} {_GUIDED} {_RESPONSE} {_PFS} {_SURVIVAL} T14.1.6 F14.1.6 T14.1.9 "
        "T14.1.10 T14.1.11 F14.2.1.1 F14.2.1.2 F14.2.1.3 T14.3.1.1 T14.3.1.2 T14.3.1.3 F14.3.1 "
        "L16.2.5",
        "tumour_lesions": f"{_RESPONSE} F14.2.1.1 F14.2.1.3",
        "tumour_responses": f"{_RESPONSE} {_PFS}",
        "adverse_events": _SAFETY,
        "promis29": "T14.2.8.1 T14.2.8.2 T14.2.8.3 T14.2.8.4 T14.2.8.5 F14.2.8.1 L16.2.6.5",
        "ecog": "T14.2.9.1 T14.2.9.2",
        "disposition": f"{_SURVIVAL} T14.2.5.2 T14.3.2 L16.2.8",
    }.items()
}
FULL = dict.fromkeys(RAW_TABLES, 5)
LIMITS = {"ci_low", "ci_high", "estimate", "n", "N", "pct", "n_events"}


def test_every_output_that_needs_a_table_is_planned():
    planned = {output.id for output in read_study(PROJECT, "DC04").sap.outputs}
    for table, outputs in NEEDED_BY.items():
        assert table in COLLECTABLE
        assert outputs <= planned, table


@pytest.mark.parametrize("table", NEEDED_BY)
def test_who_needs_a_table_says_so_and_nobody_else(table):
    received = {**FULL, table: 0}
    for output in read_study(PROJECT, "DC04").sap.outputs:
        said = lacking(needed(output.id, plan_rules()), received, plan_rules())
        expected = {table: "not received"} if output.id in NEEDED_BY[table] else {}
        assert said == expected, (
            f"{output.id}: its room names {table} in NEEDS or does not, and NEEDED_BY of "
            "tests/outputs/test_received.py says otherwise; add it there, or mend NEEDS"
        )


@pytest.mark.parametrize(
    ("output", "tables"),
    [
        ("T14.3.1.1", "adverse_events treatments"),
        ("T14.2.7.3", "sequencing variants"),
        ("T14.2.2.1", "mtb_reviews mtb_recommendations treatments"),
        ("T14.2.8.2", "promis29"),
        ("T14.3.2", "disposition"),
        ("T14.2.4.1", "treatments tumour_responses"),
        ("T14.1.3", ""),
        ("T14.1.2", ""),
    ],
)
def test_what_an_output_needs(output, tables):
    needed = {table for table, outputs in NEEDED_BY.items() if output in outputs}
    assert needed == set(tables.split())


def test_declared_reads_not_collected():
    rules = plan_rules(extracts={"not_collected": ["adverse_events"]})
    received = {**FULL, "adverse_events": 0, "biopsies": 0}
    said = lacking(needed("T14.3.1.4", plan_rules()), received, rules)
    assert said == {"biopsies": "not received", "adverse_events": "not collected"}
    assert sentence(said).startswith("biopsies: not received; adverse_events: not collected. ")


def test_nobody_enrolled_and_an_unknown_count_are_nothing_lacking():
    assert lacking(["treatments"], dict.fromkeys(RAW_TABLES, 0), plan_rules()) == {}
    assert lacking(needed("T14.3.1.1", plan_rules()), {"patients": 5}, plan_rules()) == {}


def test_progression_from_the_lesions_needs_no_recorded_response():
    rules = plan_rules(response={"source": "derived"})
    received = {**FULL, "tumour_responses": 0}
    assert lacking(needed("T14.2.4.1", rules), received, rules) == {}
    assert lacking(needed("T14.2.4.1", plan_rules()), received, plan_rules()) == {
        "tumour_responses": "not received"
    }


def test_without_reviews_the_groups_are_said_not_to_be_what_they_seem():
    received = {**FULL, "mtb_reviews": 0}
    assert "nobody counts as guided" in said_beside("T14.2.4.1", received, plan_rules())
    assert said_beside("T14.1.3", received, plan_rules()) == ""
    assert said_beside("T14.2.4.1", FULL, plan_rules()) == ""


def test_emptied_rows_keep_their_keys_and_nothing_else():
    rows = EstimateRows("T14.3.1.1", "SAFFL")
    rows.count(Cell("a", "TG"), ["P1", "P2"])
    rows.add(Cell("a", "TG"), "estimate", 0.5, method="Clopper-Pearson", n_subjects=2)
    made = emptied(rows, {"adverse_events": "not received"})
    assert made.frame["stat"].isna().all()
    assert made.frame["n_subjects"].isna().all()
    assert set(made.frame["stat_text"]) == {"not received"}
    assert made.frame[["analysis_id", "stat_name"]].equals(rows.frame[["analysis_id", "stat_name"]])
    assert made.members.empty


@pytest.mark.parametrize(
    "tables",
    [
        "adverse_events variants promis29 ecog prior_treatments",
        "mtb_reviews mtb_recommendations mtb_decisions disposition",
    ],
)
def test_every_page_without_some_tables(tables, tmp_path):
    """No estimate of an output that needs one of them has a number; its page says why."""
    empty = tables.split()
    study = {name: [] if name in empty else rows for name, rows in tiny_study().items()}
    study["ecog"] = [row for row in study["ecog"] if row["ecog"] != "5"]
    if "variants" in empty:
        for row in study["mtb_recommendations"]:
            row["variant_id"] = ""
    root = study_folder(tmp_path / "study", study)
    outcome = derive_cut(root, "DC90")
    assert outcome.exit_status == 0, outcome.summary
    text = unescape(every_page(root, "DC90", tmp_path / "staging"))
    concerned = set().union(*(NEEDED_BY[name] for name in empty))
    files = {path.stem: path for path in (tmp_path / "staging" / "estimates").glob("*.csv")}
    assert len(concerned & set(files)) > 5
    for output, path in files.items():
        numbers = pd.read_csv(path)
        if output in concerned:
            assert numbers["stat"].isna().all(), output
            assert numbers["stat_text"].eq("not received").all(), output
        elif output != "DQ.1":
            assert not numbers["stat_text"].eq("not received").any(), output
    for name in empty:
        assert f"{name}" in text
    shown = {output.id for output in read_study(PROJECT, "DC04").sap.outputs if output.notebook}
    assert text.count("not received. Nothing is known of it") == len(concerned & shown)
