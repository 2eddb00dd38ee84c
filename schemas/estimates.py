"""Estimates: one number per row, unrounded, made once (data model, section 4)."""

from __future__ import annotations

import pandas as pd
import pandera.errors
import pandera.pandas as pa
from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Number, Text, Whole
from schemas.derived import cast
from schemas.tables import Dataset, DatasetError


class Estimates(pa.DataFrameModel):
    """One row per number of an output."""

    output_id: Text = Field(title="Output of the statistical analysis plan")
    analysis_id: Text = Field(title="Analysis within the output")
    row: Whole = Field(title="Order of the rows within an output", ge=1)
    analysis_set: Text = Field(title="Analysis set")
    group: Text = Field(title="Group", description="empty = all")
    visit: Text = Field(title="Visit", description="empty = not by visit")
    parameter: Text = Field(title="Parameter")
    category: Text = Field(title="Category within the parameter")
    stat_name: Text = Field(title="What the number is", isin=codes.STAT_NAMES)
    stat: Number = Field(title="The number, unrounded", nullable=True)
    stat_text: Text = Field(title="What every display prints for a missing number, e.g. NR")
    unit: Text = Field(title="Unit of the number")
    method: Text = Field(title="Method of estimation")
    n_subjects: Whole = Field(title="Patients behind the number", ge=0, nullable=True)
    warning: Text = Field(title="Why it could not be estimated, or how it must be read")
    time: Number | None = Field(title="Time of a point of a curve, or of a landmark", nullable=True)
    time_unit: Text | None = Field(title="Unit of the time")

    class Config:
        """Key, and order of the rows."""

        strict = True
        name = "estimates"
        metadata = {
            "key": (
                "output_id",
                "analysis_id",
                "group",
                "visit",
                "parameter",
                "category",
                "stat_name",
            )
        }


ESTIMATES = Dataset(Estimates)


def check_estimates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return estimates ordered by key, typed and validated; empty text cells are "".

    Raises
    ------
    DatasetError
        If columns, types or codes do not fit, two numbers have one key, or a number is missing
        without the text that stands for it.
    """
    absent = [n for n in ESTIMATES.columns if n not in frame and n not in ESTIMATES.optional]
    unknown = [str(name) for name in frame if name not in ESTIMATES.fields]
    if absent or unknown:
        raise DatasetError(f"estimates: missing columns {absent}, unknown columns {unknown}")
    typed = pd.DataFrame(
        {
            name: cast(frame[name], field, "estimates")
            for name, field in ESTIMATES.fields.items()
            if name in frame
        }
    )
    rows = typed.sort_values(list(ESTIMATES.key), kind="stable").reset_index(drop=True)
    try:
        ESTIMATES.schema_for(rows).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        raise DatasetError(
            f"estimates: {first['column']} holds {first['failure_case']!r} ({first['check']})"
        ) from None
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
