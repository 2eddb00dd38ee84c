"""CUT.2: what changed in the extracts, row by row and field by field. SAP section CUT.

Rows are told apart by the key of their table, so that their order and their line do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.changes.known import begins
from analysis.findings import shown
from schemas.raw import RAW_TABLES

NEW, CHANGED, DELETED, MOVED = "new", "changed", "deleted", "moved"
#: Of which cause a change of a row is: corrected, entered late or deleted (all three belong to
#: corrections and late entry), or dated after the earlier cutoff.
CORRECTED, LATE, REMOVED, FURTHER = "corrected", "late", "deleted", ""
RECORD_COLUMNS = (
    "table",
    "key",
    "change",
    "column",
    "old",
    "new",
    "site_id",
    "patient_id",
    "part",
    "source_file",
    "source_line",
)


def as_shown(values: pd.Series) -> pd.Series:
    """Cells of a raw column as text; empty where missing."""
    return pd.Series([shown(value) for value in values], index=values.index, dtype=object)


def _keyed(frame: pd.DataFrame, table: str, days: pd.Series) -> pd.DataFrame:
    """Rows as text with their key as index, their line, and the day on which they begin."""
    declared = RAW_TABLES[table]
    text = pd.DataFrame({name: as_shown(frame[name]) for name in declared.columns})
    text["_begins"] = days
    text["_line"] = frame[declared.line_column].astype("Int64")
    text.index = pd.Index(["|".join(cells) for cells in text[list(declared.key)].to_numpy()])
    return text[~text.index.duplicated()]


def record_changes(
    old: Mapping[str, pd.DataFrame],
    new: Mapping[str, pd.DataFrame],
    cutoff: pd.Timestamp,
) -> pd.DataFrame:
    """Every difference of two snapshots.

    Parameters
    ----------
    old, new : mapping of DataFrame
        Typed extracts of the earlier and the later cut.
    cutoff : Timestamp
        Clinical cutoff of the earlier one.

    Returns
    -------
    DataFrame
        Columns `RECORD_COLUMNS`. `change` is new, changed (one row per field), deleted, or moved
        (the row began on the other side of the earlier cutoff; old and new are the two days).
        `key` holds the key columns joined by a bar. `part` says why a change belongs to
        corrections and late entry: corrected, late (new, and dated on or before the earlier
        cutoff), deleted; empty for what is dated after it. File and line are those of the later
        extract; of a deleted row those of the earlier one.
    """
    sites = _sites(old) | _sites(new)
    began, begin = begins(old, cutoff), begins(new, cutoff)
    rows: list[tuple[object, ...]] = []
    for table, declared in RAW_TABLES.items():
        if table not in old or table not in new:
            continue
        before = _keyed(old[table], table, began[table])
        after = _keyed(new[table], table, begin[table])
        file = declared.file
        gone = before[~before.index.isin(after.index)]
        come = after[~after.index.isin(before.index)]
        for change, some in ((DELETED, gone), (NEW, come)):
            late = some["_begins"].isna() | some["_begins"].le(cutoff)
            for key, row, in_time in zip(some.index, some.to_dict("records"), late, strict=True):
                part = (REMOVED if change == DELETED else LATE) if in_time else FURTHER
                who = row["patient_id"]
                where = (sites.get(who, ""), who, part, file, row["_line"])
                rows.append((table, key, change, "", "", "", *where))
        both = before.index[before.index.isin(after.index)]
        was, now = before.loc[both], after.loc[both]
        for column in [name for name in declared.columns if name not in declared.key]:
            for key in both[(was[column] != now[column]).to_numpy()]:
                who, line = now.at[key, "patient_id"], now.at[key, "_line"]
                known = _in_time(was.at[key, "_begins"], cutoff)
                known |= _in_time(now.at[key, "_begins"], cutoff)
                values = (was.at[key, column], now.at[key, column])
                where = (sites.get(who, ""), who, CORRECTED if known else FURTHER, file, line)
                rows.append((table, key, CHANGED, column, *values, *where))
        for key in both:
            first, second = was.at[key, "_begins"], now.at[key, "_begins"]
            if _in_time(first, cutoff) != _in_time(second, cutoff):
                who, line = now.at[key, "patient_id"], now.at[key, "_line"]
                where = (sites.get(who, ""), who, CORRECTED, file, line)
                rows.append((table, key, MOVED, "", shown(first), shown(second), *where))
    frame = pd.DataFrame(rows, columns=list(RECORD_COLUMNS), dtype=object)
    order = frame["table"].map({name: place for place, name in enumerate(RAW_TABLES)})
    frame = frame.assign(_order=order).sort_values(
        ["_order", "key", "change", "column"], kind="stable"
    )
    return frame.drop(columns="_order").reset_index(drop=True)


def _in_time(day: object, cutoff: pd.Timestamp) -> bool:
    return bool(pd.isna(day) or day <= cutoff)  # type: ignore[call-overload,operator]


def _sites(extracts: Mapping[str, pd.DataFrame]) -> dict[object, str]:
    patients = extracts.get("patients")
    if patients is None:
        return {}
    return dict(zip(as_shown(patients["patient_id"]), as_shown(patients["site_id"]), strict=True))
