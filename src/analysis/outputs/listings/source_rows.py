"""L16.2.5, L16.2.6.3, L16.2.6.4: regimens with their trail, recommendations, variants. SAP 16.2.

Rows of the analysis datasets as they are, with file and line; nobody of the analysis set is left
out: a patient without a row says so.

L16.2.7 and L16.2.8: serious adverse events and deaths as they are, with the raw row.

T14.3.1.1 to T14.3.1.4, T14.3.2 as tables, L16.2.7 and L16.2.8 as listings.
"""

from __future__ import annotations

import pandas as pd

from analysis.displays.numbers import DASH, is_missing


def source_row(rows: pd.DataFrame) -> pd.Series:
    """File and line of the raw row, as ``treatments.csv:12``; empty where there is none."""
    line = rows["SRCROW"].astype("string")
    return (rows["SRCFILE"].astype("string") + ":" + line).fillna("").astype(object)


def with_everybody(rows: pd.DataFrame, patients: pd.Series) -> pd.DataFrame:
    """Rows of each patient of a set; a row of blanks for a patient without any."""
    everyone = pd.DataFrame({"USUBJID": sorted(patients)}, dtype=object)
    return everyone.merge(rows, on="USUBJID", how="left")


def starred(dates: pd.Series, flags: pd.Series) -> pd.Series:
    """Dates in ISO form, an imputed one with a star."""
    text = dates.dt.strftime("%Y-%m-%d").astype(object).where(dates.notna(), None)
    starred = [
        f"{date}*" if date and flag else date for date, flag in zip(text, flags, strict=True)
    ]
    return pd.Series(starred, index=dates.index, dtype=object)


def in_words(listing: pd.DataFrame) -> pd.DataFrame:
    """Codes as words; free text stays as it was reported."""
    coded = [c for c in ("AESCRIT", "AEREL", "AEACN", "AEOUT", "DTHCAUS") if c in listing]
    words = {
        name: [DASH if is_missing(v) else str(v).replace("_", " ") for v in listing[name]]
        for name in coded
    }
    return listing.assign(**words)
