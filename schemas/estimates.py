"""Estimates: one number per row, unrounded, made once (data model, section 4)."""

from __future__ import annotations

import pandas as pd

from schemas.derived import cast
from schemas.fields import code, integer, number, text
from schemas.tables import DatasetError, dataset
from schemas.terminology import STAT_NAMES

ESTIMATES = dataset(
    "estimates",
    "One row per number of an output.",
    [
        text("output_id", "Output of the statistical analysis plan"),
        text("analysis_id", "Analysis within the output"),
        integer("row", "Order of the rows within an output", minimum=1),
        text("analysis_set", "Analysis set"),
        text("group", "Group; empty = all"),
        text("visit", "Visit; empty = not by visit"),
        text("parameter", "Parameter"),
        text("category", "Category within the parameter"),
        code("stat_name", "What the number is", STAT_NAMES),
        number("stat", "The number, unrounded", required=False),
        text("stat_text", "What every display prints for a missing number, e.g. NR"),
        text("unit", "Unit of the number"),
        text("method", "Method of estimation"),
        integer("n_subjects", "Patients behind the number", required=False, minimum=0),
        text("warning", "Why it could not be estimated, or how it must be read"),
    ],
    key=("output_id", "analysis_id", "group", "visit", "parameter", "category", "stat_name"),
)


def check_estimates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return estimates ordered by key, typed and validated; empty text cells are "".

    Raises
    ------
    DatasetError
        If columns, types or codes do not fit, two numbers have one key, or a number is missing
        without the text that stands for it.
    """
    absent = [name for name in ESTIMATES.columns if name not in frame]
    unknown = [str(name) for name in frame if name not in ESTIMATES.fields]
    if absent or unknown:
        raise DatasetError(f"estimates: missing columns {absent}, unknown columns {unknown}")
    typed = pd.DataFrame(
        {name: cast(frame[name], field, "estimates") for name, field in ESTIMATES.fields.items()}
    )
    rows = typed.sort_values(list(ESTIMATES.key), kind="stable").reset_index(drop=True)
    if not ESTIMATES.is_fine(rows):
        _ask_pandera(rows)
    for problem, which in (
        ("two numbers for one key", rows.duplicated(list(ESTIMATES.key))),
        (
            "a number is missing without a reason, the text that stands for it",
            rows["stat"].isna() & rows["stat_text"].eq(""),
        ),
    ):
        if which.any():
            where = rows.loc[which, list(ESTIMATES.key)].iloc[0].to_dict()
            raise DatasetError(f"estimates: {problem}: {where}")
    return rows


def _ask_pandera(rows: pd.DataFrame) -> None:
    """Let the schema decide; only where `is_fine` cannot say yes, for pandera is slow to import."""
    import pandera.errors

    try:
        ESTIMATES.schema.validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        raise DatasetError(
            f"estimates: {first['column']} holds {first['failure_case']!r} ({first['check']})"
        ) from None
