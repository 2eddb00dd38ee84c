"""The words in which columns are declared, beside pandera's own: types, metadata, shared columns.

A table is a pandera `DataFrameModel`, a column one of its typed fields. What pandera has no place
for travels in the metadata of the field (`about`), and `ColumnSpec` reads a field back for whoever
asks what a column may hold: the reader of the extracts, the findings, the data dictionary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from pandera.pandas import DateTime, Field
from pandera.typing import Series

from schemas.terminology import FLAG, RAW_TABLES

if TYPE_CHECKING:
    import pandera.pandas as pa

# Missing text is None, so that a column without any value keeps its type.
Text: TypeAlias = Series[object]
Whole: TypeAlias = Series[pd.Int64Dtype]
Number: TypeAlias = Series[float]
Day: TypeAlias = Series[DateTime]

#: What pandas holds for each kind of column.
DTYPES = {
    "text": "object",
    "code": "object",
    "flag": "object",
    "partial": "object",
    "int": "Int64",
    "float": "float64",
    "date": "datetime64[ns]",
}
#: How each kind is written in an extract, in words for a data manager.
KIND_WORDS = {
    "text": "text",
    "code": "one of the codes",
    "flag": "Y or empty",
    "partial": "YYYY-MM-DD, YYYY-MM or YYYY",
    "int": "whole number",
    "float": "number with a decimal point",
    "date": "YYYY-MM-DD",
}
_KIND_OF_DTYPE = {"Int64": "int", "float64": "float", "datetime64[ns]": "date"}
#: Contract in which the optional columns of registries other than the first one were added.
CONTRACT_1_2 = "1.2"
_WHOLE = r"\Z"  # pandera matches from the start; a shape is of the whole value


def about(
    *,
    adam: str = "",
    unit: str = "",
    matched: bool = False,
    partial: bool = False,
    source: str = "",
    known_from: tuple[str, ...] = (),
    birth: str = "",
    empty_means: str | int | None = None,
    several: tuple[str, ...] = (),
    month: bool = False,
) -> dict[str, Any]:
    """Metadata of a column.

    Parameters
    ----------
    adam : str
        Name of the analysis variable (CDISC ADaM style).
    unit : str
        Unit of measurement.
    matched : bool
        Whether the text is compared with others (a key, a drug, a group), so that a character which
        nobody can see is an error: it makes another value of it.
    partial : bool
        A date of which the day, or month and day, may be unknown.
    source : str
        Where a derived value comes from, in words.
    known_from : tuple of str
        Columns of the same dataset whose latest date is the day from which the value of a patient
        is known. A value without such a day (they are empty) is known only when all is over.
    birth : str
        Since when the contract has the column; it is optional, exports may lack it.
    empty_means : str or int, optional
        What an empty cell, or a column that is not there, stands for.
    several : tuple of str
        Codes of which a cell may hold several, joined by ``;``.
    month : bool
        A date of which the day may be unknown; it is imputed, so that the frame holds whole days.
    """
    return {
        "adam": adam,
        "unit": unit,
        "matched": matched,
        "partial": partial,
        "source": source,
        "known_from": known_from,
        "birth": birth,
        "empty_means": empty_means,
        "several": several,
        "month": month,
    }


@dataclass(frozen=True)
class ColumnSpec:
    """One column as it was declared: what it means and what it may hold.

    Attributes
    ----------
    name, description : str
        `description` is what a clinician would call it.
    kind : str
        One of the keys of `DTYPES`.
    required : bool
        Whether an empty cell is an error. Conditional rules stand in ``analysis.validation``.
    optional : bool
        Whether a frame may lack the column.
    codes : tuple of str
        The only values allowed, exactly.
    minimum, maximum : float, optional
        Inclusive limits of a number.
    pattern : str
        Regular expression that the whole value must match.
    adam, unit, matched, source, known_from, birth, empty_means, several, month
        As in `about`.
    """

    name: str
    kind: str
    description: str
    required: bool = True
    optional: bool = False
    codes: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    adam: str = ""
    unit: str = ""
    matched: bool = False
    source: str = ""
    known_from: tuple[str, ...] = ()
    birth: str = ""
    empty_means: str | int | None = None
    several: tuple[str, ...] = ()
    month: bool = False

    @property
    def allowed(self) -> str:
        """What the column may hold, as one phrase."""
        if self.codes:
            return ", ".join(self.codes)
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f">= {self.minimum:g}"
        return self.pattern


def spec_of(column: pa.Column) -> ColumnSpec:
    """Read a column of a pandera schema back."""
    limits: dict[str, Any] = {}
    for check in column.checks:
        limits |= check.statistics or {}
    more = dict(column.metadata or {})
    codes = tuple(limits.get("allowed_values") or more.get("several", ()))
    partial = more.pop("partial", False)
    text = "flag" if codes == FLAG else "code" if codes else "partial" if partial else "text"
    return ColumnSpec(
        name=column.name,
        kind=_KIND_OF_DTYPE.get(str(column.dtype), text),
        description="; ".join(filter(None, (column.title, column.description))),
        required=not column.nullable,
        optional=not column.required,
        codes=codes,
        minimum=limits.get("min_value"),
        maximum=limits.get("max_value"),
        pattern="" if codes else str(limits.get("pattern", "")).removesuffix(_WHOLE),
        **more,
    )


def source_visit() -> Any:
    """Declare what the source calls a visit; kept beside the window, decides nothing."""
    return Field(
        title="Visit as the source names it",
        nullable=True,
        metadata=about(adam="VISITSRC", birth=CONTRACT_1_2),
    )


# --- columns that many tables share --------------------------------------------------------------
def patient_id() -> Any:
    """Declare the patient's pseudonym, the same in every extract."""
    return Field(
        title="Pseudonym of the patient",
        str_matches=r"P[0-9]{3,7}\Z",
        metadata=about(adam="USUBJID", matched=True),
    )


def drug(adam: str) -> Any:
    """Declare the drugs of a regimen or recommendation, by which the two are matched."""
    return Field(
        title="Generic name, or several joined by +",
        str_matches=r"\s*[^+\s][^+]*(\+\s*[^+\s][^+]*)*\Z",
        metadata=about(adam=adam, matched=True),
    )


def source_table(nullable: bool = False) -> Any:
    """Declare the raw table a row comes from; missing where it may stem from several."""
    return Field(
        title="Raw table", isin=RAW_TABLES, nullable=nullable, metadata=about(adam="SRCDOM")
    )


def source_column(nullable: bool = False) -> Any:
    """Declare the raw column a row comes from."""
    return Field(title="Raw column", nullable=nullable, metadata=about(adam="SRCVAR"))


def source_file(nullable: bool = False) -> Any:
    """Declare the raw file a row comes from."""
    return Field(title="Raw file", nullable=nullable, metadata=about(adam="SRCFILE"))


def source_line(nullable: bool = False) -> Any:
    """Declare the line in the raw file a row comes from."""
    return Field(
        title="Line in the raw file", ge=2, nullable=nullable, metadata=about(adam="SRCROW")
    )
