"""Where a row comes from: raw table, column, file and line on every analysis row."""

from __future__ import annotations

import pandas as pd

from analysis.missing import NO_TEXT

STUDYID = "REGISTRY"


def with_source(frame: pd.DataFrame, table: str, column: str) -> pd.DataFrame:
    """Add STUDYID and SRCDOM, SRCVAR, SRCFILE, SRCROW to rows that stem from one raw row.

    Parameters
    ----------
    frame : DataFrame
        Has the column ``line`` (line in the raw file; it becomes SRCROW).
    table, column : str
        Raw table and the column that the row rests on.
    """
    return frame.assign(
        STUDYID=STUDYID,
        SRCDOM=table,
        SRCVAR=column,
        SRCFILE=f"{table}.csv",
        SRCROW=frame["line"].astype("Int64"),
    )


def flag(condition: pd.Series) -> pd.Series:
    """Return "Y" where the condition holds, missing elsewhere."""
    holds = condition.fillna(False).astype(bool)
    return pd.Series("Y", index=condition.index, dtype=object).where(holds, NO_TEXT)
