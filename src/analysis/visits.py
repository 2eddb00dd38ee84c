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
from analysis.missing import NO_TEXT
from analysis.params import Rules

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


def _windowed(days: pd.Series, rules: Rules) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Label, number and distance from the target of each study day."""
    day = days.to_numpy(dtype=np.float64, na_value=np.nan)
    windows = rules.visits.windows
    chosen = np.full(len(day), len(windows))  # beyond the last window: unscheduled
    for position, window in enumerate(windows):
        chosen[(day >= window.first) & (day <= window.last)] = position
    labels = np.array([*(window.label for window in windows), UNSCHEDULED], dtype=object)
    numbers = np.array([*(window.number for window in windows), 0], dtype=np.int64)
    targets = np.array([*(window.target for window in windows), np.nan], dtype=np.float64)
    return (
        pd.Series(labels[chosen], index=days.index, dtype=object),
        pd.Series(
            pd.arrays.IntegerArray(numbers[chosen], chosen == len(windows)), index=days.index
        ),
        pd.Series(np.abs(day - targets[chosen]), index=days.index),
    )


def _tumour_baseline(rows: pd.DataFrame, rules: Rules) -> pd.Series:
    """Rows of the baseline window: -28 to 1, or -42 to -29 for a patient who has none there."""
    visits = rules.visits
    day = rows["ADY"].to_numpy(dtype=np.float64, na_value=np.nan)
    regular = (day >= visits.baseline_first) & (day <= visits.baseline_last)
    early = (day >= visits.baseline_flagged_first) & (day < visits.baseline_first)
    has_regular = rows["USUBJID"].isin(rows.loc[regular, "USUBJID"])
    return pd.Series(regular | (early & ~has_regular.to_numpy()), index=rows.index)


def assign_visits(
    frame: pd.DataFrame,
    anchors: pd.Series,
    rules: Rules,
    *,
    baseline: pd.Series | None = None,
    keep: pd.Series | None = None,
    complete: pd.Series | None = None,
) -> pd.DataFrame:
    """Analysis visit of each record, and which record stands for its visit.

    The record nearest to the target day stands for a visit, of two equally near the later. Of
    several in the baseline window the last does. On one day, the first in the order of the
    columns of `frame`, so that the order of its rows has no effect. A record that does not hold
    the value hides none that does (`complete`).

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
    complete : Series of bool, optional
        Records that hold the value: of a visit that has any, one of them stands. Default: all do.

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
    stands = _stands_for_visit(frame, label, distance, complete)
    if keep is not None:
        stands |= keep & label.eq(UNSCHEDULED)
    analysed = pd.Series("Y", index=frame.index, dtype=object).where(stands, NO_TEXT)
    return rows.assign(AVISIT=label, AVISITN=number, ANL01FL=analysed)


def _stands_for_visit(
    frame: pd.DataFrame, label: pd.Series, distance: pd.Series, complete: pd.Series | None
) -> pd.Series:
    """Complete first; nearest to the target; tie: the later; then the order of other columns."""
    without = False if complete is None else ~complete.astype(bool)
    order = pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"],
            "label": label,
            "without": without,
            "distance": distance,
            "late": -_day(frame),
        }
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


def window_has_closed(
    anchor: pd.Series, cutoff: pd.Series, last_day: int
) -> tuple[pd.Series, pd.Series]:
    """Last day of a window, and whether it has closed by the cut (bool): anchor + last day - 1.

    Whatever happened before. Without an anchor no window closes.
    """
    closes = add_days(anchor, last_day - 1)
    return closes, closes <= cutoff


def named_window(code: str, rules: Rules):
    """The window of the plan with this code (``week_16``)."""
    return next(window for window in rules.visits.windows if window.code == code)


def visits_due(adsl: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
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
        closes, closed = window_has_closed(anchor, cutoff, last_day)
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": adsl["USUBJID"],
                    "AVISIT": label,
                    "AVISITN": number,
                    "CLOSEDT": closes,
                    "DUE": closed | (label == BASELINE),
                }
            )
        )
    visits = pd.concat(parts, ignore_index=True)
    return visits.sort_values(["USUBJID", "AVISITN"], kind="stable", ignore_index=True)
