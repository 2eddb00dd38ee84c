"""ADAE: one row per adverse event, with its treatment period and group. SAP 14.3."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analysis.ctcae import ctcae, ctcae_terms_of
from analysis.datasets.source import flag, with_source
from analysis.dates import UNIT, complete, earlier_of, later_of, latest, precision, study_day
from analysis.endpoints.adverse_event_period import assign_period, treatment_periods
from analysis.missing import NO_TEXT
from analysis.params import Rules

GRADE_NOT_KNOWN = "fatal after the cut: the grade on the cut is not known"
NOT_RECORDED = "not recorded"


def _resolution(events: pd.DataFrame, adsl: pd.DataFrame, onset: pd.Series) -> pd.Series:
    """Resolution; a partial one is the last possible day, not after death or cut."""
    known = adsl.set_index("USUBJID")
    bounds = [events["patient_id"].map(known[name]).astype(UNIT) for name in ("DTHDT", "DCUTDT")]
    resolution = events["resolution_date"]
    possible = later_of(earlier_of(latest(resolution), *bounds), onset)
    whole = complete(resolution)
    return whole.fillna(possible).where(resolution.notna()).astype(UNIT)


def build_adae(
    adverse_events: pd.DataFrame,
    adsl: pd.DataFrame,
    adex: pd.DataFrame,
    rules: Rules,
    ungraded: Collection[int] = (),
) -> pd.DataFrame:
    """Adverse events with period, group and phase.

    Terms and classes as the dictionary of the plan writes them. Seriousness (AESER, AESCRIT) and
    severity (AETOXGR) stay two columns. A grade that the data cut took back is missing and says why
    (GRADERSN).

    Parameters
    ----------
    adverse_events : DataFrame
        Raw table after the cut.
    adsl, adex : DataFrame
        Analysis datasets.
    rules : Rules
        ``safety``.
    ungraded : collection of int
        Lines of events that were received without a grade.

    Returns
    -------
    DataFrame
        One row per raw row, with the source.
    """
    events = adverse_events.reset_index(drop=True)
    if "ae_sequence" not in events:
        events["ae_sequence"] = 1
    term = ctcae_terms_of(events["term"], rules.safety.crosswalk)
    soc, is_meddra = events["soc"], rules.safety.dictionary == "meddra"
    if not is_meddra:
        soc = term.map(ctcae()["soc"]).fillna(soc)
    placed = assign_period(events, treatment_periods(adex, rules), adsl)
    start = events["patient_id"].map(adsl.set_index("USUBJID")["TRTSDT"]).astype(UNIT)
    reason = pd.Series(GRADE_NOT_KNOWN, index=events.index, dtype=object)
    reason = reason.mask(events["line"].isin(ungraded), NOT_RECORDED)
    adae = pd.DataFrame(
        {
            "USUBJID": events["patient_id"],
            "AEID": events["ae_id"],
            "AETERM": events["verbatim"],
            "AESEQ": events["ae_sequence"].fillna(1).astype("Int64"),
            "AEDECOD": events["term"] if is_meddra else term.fillna(events["term"]),
            "AEBODSYS": soc,
            "AECTCTRM": term,
            "AETOXGR": events["grade"].astype("Int64"),
            "AESER": flag(events["serious"].eq("Y")),
            "AESCRIT": events["serious_criterion"],
            "AEREL": events["related"],
            "AEACN": events["action_taken"],
            "AEOUT": events["outcome"],
            "AENDT": _resolution(events, adsl, placed["ASTDT"]),
            "AENDTF": precision(events["resolution_date"]),
            "ASTDY": study_day(placed["ASTDT"], start),
            "BIOPRFL": flag(events["biopsy_related"].eq("Y")),
            "GRADERSN": reason.where(events["grade"].isna(), NO_TEXT),
            "line": events["line"],
        }
    )
    adae = pd.concat([adae, placed], axis=1)
    return with_source(adae, "adverse_events", "onset_date").drop(columns="line")
