"""The vocabulary in which every column is declared: kind, codes, limits, description, ADaM name.

One `Field` per column, for raw extracts and analysis datasets alike. `column` turns it into the
pandera column that checks it; everything a reader wants to know travels in the column's metadata,
from which the data dictionary is rendered. Pandera is imported when the first column is built: a
run in which every frame is in order never needs it (`schemas.quick` says why).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

#: What pandas holds for each kind. Missing text is None, so an all-missing column keeps its kind.
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


@dataclass(frozen=True)
class Field:
    """One column: what it means and what it may hold.

    Attributes
    ----------
    name : str
        Column name.
    kind : str
        One of the keys of `DTYPES`.
    description : str
        What a clinician would call it.
    adam : str
        Name of the analysis variable (CDISC ADaM style); for derived columns the name itself.
    unit : str
        Unit of measurement, empty where there is none.
    required : bool
        Whether an empty cell is an error. Conditional rules stand in ``analysis.validation``.
    codes : tuple of str
        The only values allowed, exactly.
    minimum, maximum : float, optional
        Inclusive limits of a number.
    pattern : str
        Regular expression that the whole value must match.
    matched : bool
        Whether the text is compared with others (a key, a drug, a group), so that a character which
        nobody can see is an error: it makes another value of it.
    source : str
        Where a derived value comes from, in words.
    known_from : tuple of str
        Columns of the same dataset whose latest date is the day from which the value of a patient
        is known. A value without such a day (they are empty) is known only when all is over.
    """

    name: str
    kind: str
    description: str
    adam: str = ""
    unit: str = ""
    required: bool = True
    codes: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    matched: bool = False
    source: str = ""
    known_from: tuple[str, ...] = ()

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


def _is_code(codes: tuple[str, ...]) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.isin(codes)


def _in_range(minimum: float | None, maximum: float | None) -> Callable[[pd.Series], pd.Series]:
    low = float("-inf") if minimum is None else minimum
    high = float("inf") if maximum is None else maximum
    return lambda values: (values >= low) & (values <= high)


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    whole = re.compile(pattern)

    def check(values: pd.Series) -> pd.Series:
        # Each distinct value once: an identifier repeats on thousands of rows.
        distinct = values.unique()
        return values.isin([value for value in distinct if whole.fullmatch(value)])

    return check


def column(field: Field) -> pa.Column:
    """Pandera column of a field; the names of its checks are the rules of the findings."""
    import pandera.pandas as pa

    checks = []
    if field.codes:
        checks.append(pa.Check(_is_code(field.codes), name="code.unknown"))
    if field.minimum is not None or field.maximum is not None:
        limits = _in_range(field.minimum, field.maximum)
        checks.append(pa.Check(limits, name="range.value"))
    if field.pattern:
        checks.append(pa.Check(_matches(field.pattern), name="type.pattern"))
    return pa.Column(
        DTYPES[field.kind],
        checks,
        nullable=not field.required,
        description=field.description,
        metadata=asdict(field),
    )


# --- the words in which a table is declared ------------------------------------------------------
def text(name: str, description: str, adam: str = "", **more: object) -> Field:
    """Declare text as recorded."""
    return Field(name, "text", description, adam, **more)


def code(
    name: str, description: str, codes: tuple[str, ...], adam: str = "", **more: object
) -> Field:
    """Declare a value from a list."""
    return Field(name, "code", description, adam, codes=codes, **more)


def flag(name: str, description: str, **more: object) -> Field:
    """Declare a flag: Y or missing."""
    return Field(name, "flag", description, codes=("Y",), **{"required": False, **more})


def integer(name: str, description: str, adam: str = "", **more: object) -> Field:
    """Declare a whole number."""
    return Field(name, "int", description, adam, **more)


def number(name: str, description: str, adam: str = "", **more: object) -> Field:
    """Declare a decimal number."""
    return Field(name, "float", description, adam, **more)


def date(name: str, description: str, adam: str = "", **more: object) -> Field:
    """Declare a complete date."""
    return Field(name, "date", description, adam, **more)


def partial(name: str, description: str, adam: str = "", **more: object) -> Field:
    """Declare a date of which the day, or month and day, may be unknown."""
    return Field(name, "partial", description, adam, **more)


def patient_id() -> Field:
    """Declare the patient's pseudonym, the same in every table."""
    return text(
        "patient_id", "Pseudonym of the patient", "USUBJID", pattern=r"P[0-9]{3,7}", matched=True
    )


def drug(adam: str) -> Field:
    """Declare the drugs of a regimen or recommendation, by which the two are matched."""
    return text(
        "drug",
        "Generic name, or several joined by +",
        adam,
        pattern=r"\s*[^+\s][^+]*(\+\s*[^+\s][^+]*)*",
        matched=True,
    )
