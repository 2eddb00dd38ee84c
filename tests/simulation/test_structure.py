"""The extracts keep the contract of the data model: columns, keys, codes, references, dates."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
import yaml

import schemas
from schemas import terminology as codes
from schemas.raw import RAW_TABLES

CUTS = ("DC01", "DC02", "DC03", "DC04")
KEYS = {
    "patients": ["patient_id"],
    "prior_treatments": ["patient_id", "line"],
    "biopsies": ["specimen_id"],
    "sequencing": ["test_id"],
    "variants": ["variant_id"],
    "mtb_reviews": ["review_id"],
    "mtb_recommendations": ["recommendation_id"],
    "mtb_decisions": ["recommendation_id"],
    "treatments": ["regimen_id"],
    "tumour_lesions": ["patient_id", "assessment_date", "lesion_id"],
    "tumour_responses": ["patient_id", "assessment_date", "assessor"],
    "adverse_events": ["ae_id"],
    "promis29": ["patient_id", "completion_date"],
    "ecog": ["patient_id", "assessment_date"],
    "follow_up": ["patient_id", "contact_date"],
    "disposition": ["patient_id", "event"],
}
REFERENCES = [
    *((table, "patient_id", "patients", "patient_id") for table in KEYS if table != "patients"),
    ("sequencing", "specimen_id", "biopsies", "specimen_id"),
    ("variants", "test_id", "sequencing", "test_id"),
    ("mtb_reviews", "test_id", "sequencing", "test_id"),
    ("mtb_recommendations", "review_id", "mtb_reviews", "review_id"),
    ("mtb_recommendations", "variant_id", "variants", "variant_id"),
    ("mtb_decisions", "recommendation_id", "mtb_recommendations", "recommendation_id"),
]
CODED = {
    ("patients", "sex"): codes.SEX,
    ("sequencing", "qc_status"): codes.QC_STATUS,
    ("mtb_decisions", "decision"): codes.MTB_DECISION,
    ("treatments", "therapy_class"): codes.THERAPY_CLASS,
    ("tumour_responses", "overall_response"): codes.OVERALL_RESPONSE,
    ("adverse_events", "outcome"): codes.AE_OUTCOME,
    ("disposition", "event"): codes.DISPOSITION_EVENT,
    ("ecog", "visit"): codes.VISIT,
    ("ecog", "ecog"): ("0", "1", "2", "3", "4"),
}


def known_days(text: pd.Series) -> pd.Series:
    """Complete dates only."""
    return pd.to_datetime(text.where(text.str.len() == 10), format="%Y-%m-%d")


def deaths(registry, cut: str = "DC04") -> pd.Series:
    rows = registry.table("disposition", cut)
    rows = rows[rows["event"] == "death"].set_index("patient_id")
    return known_days(rows["event_date"]).dropna()


@pytest.mark.parametrize("cut", CUTS)
def test_all_tables_have_their_columns_in_the_order_of_the_schema(usual, cut):
    assert list(RAW_TABLES) == list(codes.RAW_TABLES)
    for name in codes.REQUIRED_TABLES:
        columns = RAW_TABLES[name].required_columns
        assert list(usual.table(name, cut).columns) == columns, name


def test_files_are_plain_csv(usual):
    for path in usual.folder.rglob("*.csv"):
        raw = path.read_bytes()
        assert b"\r" not in raw
        assert raw.endswith(b"\n")
        assert not raw.startswith(b"\xef\xbb\xbf")
    with (usual.folder / "data/raw/DC04/adverse_events.csv").open(
        encoding="utf-8", newline=""
    ) as f:
        assert {len(row) for row in csv.reader(f)} == {14}


@pytest.mark.parametrize("cut", CUTS)
def test_keys_are_unique_and_rows_sorted_by_them(registry, cut):
    for table, key in KEYS.items():
        rows = registry.table(table, cut)
        if "line" in key:
            rows["line"] = rows["line"].astype(int)
        ordered = rows[key].sort_values(key).reset_index(drop=True)
        assert not rows.duplicated(key).any(), table
        pd.testing.assert_frame_equal(rows[key], ordered, obj=table)


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_refers_to_a_row_that_is_not_there(registry, cut):
    for table, column, parent, key in REFERENCES:
        named = registry.table(table, cut)[column]
        assert named[named != ""].isin(registry.table(parent, cut)[key]).all(), (table, column)


@pytest.mark.parametrize("cut", CUTS)
def test_codes(registry, cut):
    for (table, column), allowed in CODED.items():
        assert registry.table(table, cut)[column].isin(allowed).all(), (table, column)


@pytest.mark.parametrize("cut", CUTS)
def test_no_date_lies_after_the_snapshot(registry, cut):
    params = yaml.safe_load((registry.folder / f"params/cuts/{cut}.yaml").read_text("utf-8"))
    snapshot = pd.Timestamp(params["snapshot_date"])
    for table in KEYS:
        rows = registry.table(table, cut)
        for column in [c for c in rows if c.endswith("_date")]:
            assert (known_days(rows[column]).dropna() <= snapshot).all(), (table, column)


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_happens_after_death(registry, cut):
    died = deaths(registry, cut)
    for table, column in (
        ("treatments", "start_date"),
        ("treatments", "end_date"),
        ("tumour_lesions", "assessment_date"),
        ("tumour_lesions", "scan_date"),
        ("adverse_events", "onset_date"),
        ("promis29", "completion_date"),
        ("ecog", "assessment_date"),
    ):
        rows = registry.table(table, cut)
        late = known_days(rows[column]) > rows["patient_id"].map(died)
        assert not late.any(), (table, column)


@pytest.mark.parametrize("cut", CUTS)
def test_adverse_events_are_possible(registry, cut):
    path = Path(schemas.__file__).parent / "reference" / "ctcae_v5.csv"
    ctcae = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("term")
    events = registry.table("adverse_events", cut)
    assert events["term"].isin(ctcae.index).all()
    assert (events["soc"].to_numpy() == ctcae.loc[events["term"], "soc"].to_numpy()).all()
    has = ctcae.loc[events["term"], [f"grade{g}" for g in range(1, 6)]].to_numpy() == "Y"
    assert has[range(len(events)), events["grade"].astype(int) - 1].all()
    assert ((events["serious"] == "Y") == (events["serious_criterion"] != "")).all()
    fatal = events[events["grade"] == "5"]
    assert (fatal["outcome"] == "fatal").all()
    assert (events.loc[events["outcome"] == "fatal", "grade"] == "5").all()
    assert not fatal["patient_id"].duplicated().any()
    rows = registry.table("disposition", cut)
    assert fatal["patient_id"].isin(rows.loc[rows["event"] == "death", "patient_id"]).all()


def test_order_within_rows(registry):
    for table, first, then in (
        ("patients", "consent_date", "enrolment_date"),
        ("treatments", "start_date", "end_date"),
        ("adverse_events", "onset_date", "resolution_date"),
        ("prior_treatments", "start_date", "progression_date"),
        ("tumour_lesions", "assessment_date", "scan_date"),
    ):
        rows = registry.table(table)
        assert not (known_days(rows[first]) > known_days(rows[then])).any(), table


def test_the_evidence_levels_exist():
    from analysis.simulation import catalogue

    path = Path(schemas.__file__).parent / "reference" / "vocabularies.csv"
    known = pd.read_csv(path, dtype=str).groupby("system")["code"].agg(set)
    systems = ("ESCAT", "OncoKB", "AMP/ASCO/CAP", "NCT/DKTK")
    for system, levels in zip(systems, catalogue.EVIDENCE_LEVELS, strict=True):
        assert set(levels) <= known[system]


def test_pools_of_drugs_share_no_drug_with_a_linked_recommendation():
    from analysis.simulation import catalogue, drugs, molecular

    def parts(texts) -> list[set[str]]:
        return [set(text.split("+")) for text in texts]

    linked = set().union(*parts(filter(None, molecular.CANDIDATE_DRUGS)))
    acquired = {entry[3] for entry in catalogue.ACQUIRED}
    free = [
        *parts(catalogue.CHEMOTHERAPY),
        *parts(catalogue.TARGETED),
        *parts(catalogue.IMMUNOTHERAPY),
        *parts(catalogue.ENDOCRINE),
        *parts(catalogue.OTHER),
    ]
    assert not linked & acquired
    assert not any(drug & (linked | acquired) for drug in free)
    assert sum(len(drug) for drug in free) == len(set().union(*free))
    for pool, first in zip(
        (catalogue.CHEMOTHERAPY, catalogue.TARGETED), drugs.POOL_FIRST, strict=False
    ):
        assert drugs.TEXTS[first : first + len(pool)] == pool
