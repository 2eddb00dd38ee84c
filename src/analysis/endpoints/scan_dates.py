"""Scan dates that lack their day. SAP section 4, situation 20.

``YYYY-MM`` is the 15th, bounded by its neighbours: after the assessment before it and before the
one after it (the complete dates of the patient on either side of the 15th), not after the last
complete scan day of the assessment itself, never outside the month. All rows of a patient with the
same month are one assessment. The earliest and the latest day that these bounds allow give the
sensitivity rows. A date of which the possible days contain the first dose or the cutoff decides
what the assessment is, and stops the run (`analysis.validation.scan_dates`).
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from analysis.dates import UNIT, earlier_of, earliest, later_of, latest, recorded_column

ASSESSMENT, SCAN = "assessment_date", "scan_date"
TABLES = ("tumour_lesions", "tumour_responses")
How = Literal["imputed", "earliest", "latest"]
_DAY = pd.Timedelta(days=1)


def has_partial(frames: dict[str, pd.DataFrame]) -> bool:
    """Whether any scan date lacks its day."""
    columns = [recorded_column(name) for name in (ASSESSMENT, SCAN)]
    return any(column in frames[table] for table in TABLES for column in columns)


def possible_days(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """First and last possible day of each assessment of which the day is unknown.

    Parameters
    ----------
    frames : dict of DataFrame
        Typed raw tables.

    Returns
    -------
    DataFrame
        One row per patient and month, sorted: patient_id, text, FIRSTDT, LASTDT, DATE (the 15th
        within them).
    """
    column = recorded_column(ASSESSMENT)
    partial, whole, scans = [], [], []
    for table in TABLES:
        frame = frames[table]
        texts = frame[column] if column in frame else pd.Series(None, frame.index, dtype=object)
        rows = frame[["patient_id", ASSESSMENT]].assign(text=texts)
        partial.append(rows[texts.notna()])
        whole.append(rows[texts.isna()])
        if SCAN in frame:
            undated = recorded_column(SCAN)
            known = frame[SCAN].notna() & texts.notna()
            known &= frame[undated].isna() if undated in frame else True
            scans.append(rows[known].assign(scan=frame.loc[known, SCAN]))
    months = pd.concat(partial).dropna(subset=["patient_id"])
    months = months.drop_duplicates(["patient_id", "text"])[["patient_id", "text"]]
    months = months.sort_values(["patient_id", "text"], kind="stable", ignore_index=True)
    exact = pd.concat(whole).dropna(subset=["patient_id", ASSESSMENT])
    middle = earliest(months["text"]) + pd.Timedelta(days=14)
    pairs = (
        months.assign(middle=middle)
        .reset_index(names="at")
        .merge(exact[["patient_id", ASSESSMENT]].drop_duplicates(), on="patient_id")
    )
    before = pairs[pairs[ASSESSMENT] <= pairs["middle"]].groupby("at")[ASSESSMENT].max() + _DAY
    after = pairs[pairs[ASSESSMENT] > pairs["middle"]].groupby("at")[ASSESSMENT].min() - _DAY
    imaged = pd.concat(scans) if scans else pd.DataFrame(columns=["patient_id", "text", "scan"])
    own = imaged.groupby(["patient_id", "text"])["scan"].min()
    scanned = own.reindex(pd.MultiIndex.from_frame(months)).to_numpy(dtype=UNIT)
    first = later_of(earliest(months["text"]), before.reindex(months.index).astype(UNIT))
    bounds = (after.reindex(months.index).astype(UNIT), pd.Series(scanned, months.index))
    last = later_of(earlier_of(latest(months["text"]), *bounds), first)
    date = earlier_of(later_of(middle, first), last)
    return months.assign(FIRSTDT=first, LASTDT=last, DATE=date)


def with_scan_dates(
    frames: dict[str, pd.DataFrame], how: How = "imputed"
) -> dict[str, pd.DataFrame]:
    """Raw tables with a whole day for every scan; the same frames where none lacks its day.

    Parameters
    ----------
    frames : dict of DataFrame
        Typed raw tables, with what was written in `recorded_column` where a day is missing.
    how : str
        ``imputed`` (the 15th within the bounds), ``earliest`` or ``latest``.
    """
    if not has_partial(frames):
        return frames
    days = possible_days(frames).set_index(["patient_id", "text"])
    chosen = days[{"imputed": "DATE", "earliest": "FIRSTDT", "latest": "LASTDT"}[how]]
    placed = dict(frames)
    for table in TABLES:
        frame = frames[table].copy()
        column = recorded_column(ASSESSMENT)
        if column in frame:
            frame[ASSESSMENT] = _looked_up(frame, column, chosen).fillna(frame[ASSESSMENT])
        if recorded_column(SCAN) in frame:
            frame[SCAN] = _scans(frame, how)
        placed[table] = frame
    return placed


def _looked_up(frame: pd.DataFrame, column: str, days: pd.Series) -> pd.Series:
    places = pd.MultiIndex.from_arrays([frame["patient_id"], frame[column]])
    return pd.Series(days.reindex(places).to_numpy(dtype=UNIT), frame.index)


def _scans(frame: pd.DataFrame, how: How) -> pd.Series:
    """Scan days: not before the assessment, not outside the month."""
    text = frame[recorded_column(SCAN)]
    last = latest(text)
    day = {"imputed": frame[SCAN], "earliest": earliest(text), "latest": last}[how]
    bounded = earlier_of(later_of(day, frame[ASSESSMENT]), last)
    return frame[SCAN].where(text.isna(), bounded).astype(UNIT)


def imputed_assessments(frames: dict[str, pd.DataFrame]) -> pd.MultiIndex:
    """Patient and date of the assessments of which the day was imputed."""
    column = recorded_column(ASSESSMENT)
    rows = [
        frames[table].loc[frames[table][column].notna(), ["patient_id", ASSESSMENT]]
        for table in TABLES
        if column in frames[table]
    ]
    if not rows:
        return pd.MultiIndex.from_arrays([[], []])
    return pd.MultiIndex.from_frame(pd.concat(rows).drop_duplicates())
