"""A synthetic registry of 60 patients as analysis datasets, for laws that every output obeys."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pandas as pd

import schemas.derived
from analysis.datacut import apply_cut
from analysis.datasets.adae import build_adae
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adngs import build_adngs
from analysis.datasets.adqs import build_adqs
from analysis.datasets.adsl import build_adsl
from analysis.datasets.adtte import located_facts, patient_facts
from analysis.endpoints.guided_therapy import linked_recommendations
from analysis.endpoints.time_to_serious_adverse_event import derive_ttsae
from analysis.extracts import read_extracts
from analysis.simulation.registry import simulate
from tests.tables import plan_rules

RULES = plan_rules()
CUTOFF = "2023-11-30"


@functools.cache
def synthetic() -> dict[str, pd.DataFrame]:
    """adsl, adex, adae, adqs and adtte (TTSAE) of the last cut; do not change them."""
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder), 60, 20211101, ("DC04",), clean=True)
        extracts, _ = read_extracts(Path(folder) / "data" / "raw" / "DC04")
    return datasets_of(dict(extracts), CUTOFF)


def datasets_of(extracts: dict[str, pd.DataFrame], cutoff: str) -> dict[str, pd.DataFrame]:
    """The datasets of safety, quality of life and performance status from raw extracts."""
    known = apply_cut(extracts, pd.Timestamp(cutoff).date()).frames
    recommendations = linked_recommendations(known, RULES)
    classified = classified_regimens(known["treatments"], recommendations, RULES)
    adsl = build_adsl(known, recommendations, classified, pd.Timestamp(cutoff), RULES)
    adex = build_adex(known["treatments"], classified)
    facts = patient_facts(located_facts(adsl, adex, known), known, RULES)
    facts = facts[facts["TRTFL"].eq("Y")]
    adae = schemas.derived.check("adae", build_adae(known["adverse_events"], adsl, adex, RULES))
    adqs = build_adqs(known["promis29"], known["ecog"], adsl, RULES)
    return {
        "adsl": adsl,
        "adex": adex,
        "adngs": schemas.derived.check(
            "adngs", build_adngs(known["biopsies"], known["sequencing"])
        ),
        "adae": adae,
        "adqs": schemas.derived.check("adqs", adqs),
        "adtte": derive_ttsae(facts, adae, adex, RULES),
    }


def nobody() -> dict[str, pd.DataFrame]:
    """An early cut with no patient at all."""
    return {name: rows.iloc[:0] for name, rows in synthetic().items()}


def without(group: str) -> dict[str, pd.DataFrame]:
    """The registry without the patients who ever had a regimen of one group."""
    adsl, adex = synthetic()["adsl"], synthetic()["adex"]
    ever = set(adex.loc[adex["TRTGRP"].eq(group), "USUBJID"])
    gone = ever | set(adsl.loc[adsl["TRTGRP1"].eq(group), "USUBJID"])
    return {name: rows[~rows["USUBJID"].isin(gone)] for name, rows in synthetic().items()}


def numbers(rows, stat_name: str, **where: str) -> pd.Series:
    """Numbers of one statistic, by the rest of their key."""
    frame = rows.frame[rows.frame["stat_name"].eq(stat_name)]
    for name, value in where.items():
        frame = frame[frame[name].eq(value)]
    key = ["analysis_id", "group", "visit", "parameter", "category"]
    return frame.set_index([name for name in key if name not in where])["stat"].sort_index()


def members_agree(rows) -> bool:
    """Whether every count has as many members as it says."""
    cell = ["analysis_id", "group", "visit", "parameter", "category"]
    counts = rows.frame[rows.frame["stat_name"].eq("n")].set_index(cell)["stat"].sort_index()
    listed = rows.members.groupby(cell).size().reindex(counts.index).fillna(0)
    return bool((counts == listed).all())
