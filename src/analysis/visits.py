"""Analysis visits from dates: one place for scans, PROMIS-29 and ECOG. SAP section 5.

The windows, their targets and labels are parameters (``rules.visits``); day 1 is the anchor and
there is no day 0. Days outside every window (2 to 28 among them) are unscheduled: they count for
progression, nadir and best response and fill no visit row. The label recorded by the site plays no
part.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days, study_day

BASELINE, BASELINE_NUMBER = "Baseline", 0
UNSCHEDULED = "Unscheduled"


def anchor_dates(adsl: pd.DataFrame, *columns: str) -> pd.Series:
    """Anchor of each patient: the first of `columns` that is not missing.

    Scans: ``TRTSDT``. PROMIS-29 and ECOG: ``TRTSDT``, else ``MTBDT``, else ``ENRLDT``.

    Returns
    -------
    Series of datetime64, indexed by USUBJID; missing where all are.
    """
    by_patient = adsl.set_index("USUBJID")
    anchor = by_patient[columns[0]].astype(UNIT)
    for column in columns[1:]:
        anchor = anchor.fillna(by_patient[column].astype(UNIT))
    return anchor


def _windowed(days: pd.Series, rules) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Label, number and distance from the target of each study day."""
    day = days.astype("float64")
    label = pd.Series(UNSCHEDULED, index=days.index, dtype=object)
    number = pd.Series(pd.NA, index=days.index, dtype="Int64")
    distance = pd.Series(np.nan, index=days.index)
    for window in rules.visits.windows:
        inside = day.between(window.first, window.last)
        label[inside] = window.label
        number[inside] = window.number
        distance[inside] = (day[inside] - window.target).abs()
    return label, number, distance


def _tumour_baseline(rows: pd.DataFrame, rules) -> pd.Series:
    """Rows of the baseline window: -28 to 1, or -42 to -29 for a patient who has none there."""
    visits = rules.visits
    day = rows["ADY"].astype("float64")
    regular = day.between(visits.baseline_first, visits.baseline_last)
    early = day.between(visits.baseline_flagged_first, visits.baseline_first, inclusive="left")
    has_regular = regular.groupby(rows["USUBJID"]).transform("any")
    return regular | (early & ~has_regular)


def assign_visits(
    frame: pd.DataFrame,
    anchors: pd.Series,
    rules,
    *,
    baseline: pd.Series | None = None,
    keep: pd.Series | None = None,
) -> pd.DataFrame:
    """Analysis visit of each record, and which record stands for its visit.

    The record nearest to the target day stands for a visit, of two equally near the later. Of
    several in the baseline window the last does. On one day, the first in the order of the
    columns of `frame`, so that the order of its rows has no effect.

    Parameters
    ----------
    frame : DataFrame
        USUBJID, ADT; one kind of record (or one parameter) only.
    anchors : Series of datetime64
        Anchor by USUBJID (`anchor_dates`); without one a record is unscheduled and has no day.
    rules : Rules
        ``visits``.
    baseline : Series of datetime64, optional
        Date of the baseline record by USUBJID, where an endpoint chooses it by its own rule; then
        no other record before the windows is a baseline. Default: the tumour windows.
    keep : Series of bool, optional
        Unscheduled records that are analysed all the same (progression).

    Returns
    -------
    DataFrame
        `frame` with ADY, AVISIT ("Baseline", the labels of the windows, "Unscheduled"), AVISITN
        (0, week number, missing) and ANL01FL ("Y" or missing); same rows, same order.
    """
    anchor = frame["USUBJID"].map(anchors).astype(UNIT)
    rows = frame.assign(ADY=study_day(frame["ADT"].astype(UNIT), anchor))
    label, number, distance = _windowed(rows["ADY"], rules)
    if baseline is None:
        is_baseline = _tumour_baseline(rows, rules)
    else:
        is_baseline = rows["ADT"].eq(rows["USUBJID"].map(baseline).astype(UNIT))
    label[is_baseline], number[is_baseline], distance[is_baseline] = BASELINE, BASELINE_NUMBER, 0.0
    stands = _stands_for_visit(frame, label, distance)
    if keep is not None:
        stands |= keep & label.eq(UNSCHEDULED)
    analysed = pd.Series("Y", index=frame.index, dtype=object).where(stands, None)
    return rows.assign(AVISIT=label, AVISITN=number, ANL01FL=analysed)


def _stands_for_visit(frame: pd.DataFrame, label: pd.Series, distance: pd.Series) -> pd.Series:
    """Nearest to the target; tie: the later; then the order of the other columns."""
    order = pd.DataFrame(
        {"USUBJID": frame["USUBJID"], "label": label, "distance": distance, "late": -_day(frame)}
    )
    others = frame.drop(columns=["USUBJID", "ADT"])
    for position, column in enumerate(others.columns):
        order[f"column {position}"] = others[column].astype("string")
    scheduled = order[label.ne(UNSCHEDULED)]
    first = scheduled.sort_values(list(order.columns), kind="stable")
    chosen = first.drop_duplicates(["USUBJID", "label"]).index
    return pd.Series(frame.index.isin(chosen), index=frame.index)


def _day(frame: pd.DataFrame) -> np.ndarray:
    return frame["ADT"].to_numpy(dtype="datetime64[D]").astype(np.int64)


def visits_due(adsl: pd.DataFrame, anchors: pd.Series, rules) -> pd.DataFrame:
    """Whether each planned visit is due by the cut, whatever happened before.

    A visit is due once its window has closed: anchor + last day - 1 <= DCUTDT. Baseline is always
    due. Without an anchor no later visit is.

    Parameters
    ----------
    adsl : DataFrame
        One row per patient: USUBJID, DCUTDT.
    anchors : Series of datetime64
        Anchor by USUBJID.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient and visit, sorted: USUBJID, AVISIT, AVISITN, CLOSEDT (last day of the
        window), DUE (bool).
    """
    anchor = adsl["USUBJID"].map(anchors).astype(UNIT)
    cutoff = adsl["DCUTDT"].astype(UNIT)
    last = [(BASELINE, BASELINE_NUMBER, 1)]
    last += [(window.label, window.number, window.last) for window in rules.visits.windows]
    parts = []
    for label, number, last_day in last:
        closes = add_days(anchor, last_day - 1)
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": adsl["USUBJID"],
                    "AVISIT": label,
                    "AVISITN": number,
                    "CLOSEDT": closes,
                    "DUE": (closes <= cutoff) | (label == BASELINE),
                }
            )
        )
    visits = pd.concat(parts, ignore_index=True)
    return visits.sort_values(["USUBJID", "AVISITN"], kind="stable", ignore_index=True)
