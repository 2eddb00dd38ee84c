"""The analysis datasets, one file each, and the check that every one of them passes.

`check` is called when a dataset is written and when it is read: what it returns has the declared
columns in the declared order, sorted by key, in the declared types.
"""

import numpy as np
import pandas as pd
import pandera.errors

from schemas.columns import DTYPES, ColumnSpec
from schemas.derived.adae import ADAE
from schemas.derived.adcm import ADCM
from schemas.derived.adex import ADEX
from schemas.derived.adgn import ADGN
from schemas.derived.admb import ADMB
from schemas.derived.adngs import ADNGS
from schemas.derived.adqs import ADQS
from schemas.derived.adrs import ADRS
from schemas.derived.adsl import ADSL
from schemas.derived.adtr import ADTR
from schemas.derived.adtte import ADTTE
from schemas.tables import Dataset, DatasetError

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in map(
        Dataset, (ADSL, ADEX, ADCM, ADNGS, ADMB, ADGN, ADTR, ADRS, ADTTE, ADAE, ADQS)
    )
}

NANOSECONDS_OF_A_DAY = 86_400_000_000_000

__all__ = ["DATASETS", "DatasetError", "cast", "check"]


def check(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return an analysis dataset ordered, sorted, typed and validated.

    Parameters
    ----------
    name : str
        Name of the dataset, a key of `DATASETS`.
    frame : DataFrame
        All columns but the optional ones; others must be declared in ``schemas/derived``.

    Returns
    -------
    DataFrame
        A new frame with a fresh index. Text, codes and flags are object with None for missing,
        whole numbers Int64, numbers float64, dates datetime64[ns], all-missing columns too.

    Raises
    ------
    DatasetError
        If columns are missing or not declared, a value does not fit its type, code list or limit,
        a required cell is missing, or two rows share a key.
    """
    dataset = DATASETS[name]
    _check_names(dataset, frame)
    there = [column for column in dataset.columns if column in frame]
    typed = pd.DataFrame(
        {column: cast(frame[column], dataset.fields[column], name) for column in there}
    )
    places = _places(typed, dataset.key)
    if (places[1:] <= places[:-1]).any():  # as a rule the rows stand in order already
        order = np.argsort(places, kind="stable")
        typed = typed.iloc[order].reset_index(drop=True)
        _check_key(dataset, typed, places[order])
    _validate(dataset, typed)
    return typed


def _places(frame: pd.DataFrame, key: tuple[str, ...]) -> np.ndarray:
    """One whole number per row, ordered and equal as the keys of the rows are; missing first."""
    places = np.zeros(len(frame), dtype=np.int64)
    size = 1
    for column in key:
        codes, distinct = pd.factorize(frame[column], sort=True)
        if size * (len(distinct) + 1) > np.iinfo(np.int64).max:
            places = np.unique(places, return_inverse=True)[1]
            size = len(frame)
        size *= len(distinct) + 1
        places = places * (len(distinct) + 1) + codes + 1
    return places


def _validate(dataset: Dataset, frame: pd.DataFrame) -> None:
    """Let the schema judge all columns at once, and say what is wrong."""
    try:
        dataset.schema_for(frame).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        raise DatasetError(_explain(dataset, frame, error.failure_cases)) from None


def _check_names(dataset: Dataset, frame: pd.DataFrame) -> None:
    missing = [
        column
        for column in dataset.columns
        if column not in frame and column not in dataset.optional
    ]
    unknown = [str(column) for column in frame if column not in dataset.fields]
    twice = sorted({str(column) for column in frame.columns[frame.columns.duplicated()]})
    problems = [
        f"{what}: {', '.join(names)}"
        for what, names in (
            ("missing columns", missing),
            (f"columns not declared in schemas/derived/{dataset.name}.py", unknown),
            ("columns that stand twice", twice),
        )
        if names
    ]
    if problems:
        raise DatasetError(f"{dataset.name}: {'; '.join(problems)}")


def cast(values: pd.Series, field: ColumnSpec, name: str) -> pd.Series:
    """Return a column in the type of its kind, without changing any value.

    Raises
    ------
    DatasetError
        If a value is of another type: a number in a text, a time of day in a date.
    """
    values = values.reset_index(drop=True)
    try:
        return _CASTS[DTYPES[field.kind]](values)
    except (TypeError, ValueError) as error:
        kind = f"{field.kind} ({DTYPES[field.kind]})"
        raise DatasetError(f"{name}.{field.name} is not {kind}: {error}") from None


def _as_text(values: pd.Series) -> pd.Series:
    plain = values.to_numpy(dtype=object, copy=True)
    plain[values.isna().to_numpy()] = None
    if pd.api.types.infer_dtype(plain, skipna=True) not in ("string", "empty"):
        odd = next(value for value in plain if value is not None and not isinstance(value, str))
        raise TypeError(f"found {odd!r}")
    return pd.Series(plain, dtype=object)


def _as_int(values: pd.Series) -> pd.Series:
    if values.dtype == "Int64":
        return values
    if values.isna().all():
        return pd.Series(pd.array([pd.NA] * len(values), dtype="Int64"))
    return pd.to_numeric(values).astype("Int64")


def _as_float(values: pd.Series) -> pd.Series:
    if values.isna().all():
        return pd.Series(np.full(len(values), np.nan))
    numbers = values if values.dtype == "float64" else pd.to_numeric(values).astype("float64")
    if np.isinf(numbers).any():
        raise ValueError("found an infinite number")
    return numbers


def _as_date(values: pd.Series) -> pd.Series:
    if values.isna().all():
        return pd.Series(np.full(len(values), np.datetime64("NaT", "ns")))
    if values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string":
        raise TypeError("found text")
    days = pd.to_datetime(values).astype("datetime64[ns]")
    whole = days.to_numpy().astype("int64") % NANOSECONDS_OF_A_DAY == 0
    if not (whole | days.isna().to_numpy()).all():
        raise ValueError("found a time of day")
    return days


_CASTS = {"object": _as_text, "Int64": _as_int, "float64": _as_float, "datetime64[ns]": _as_date}


def _check_key(dataset: Dataset, frame: pd.DataFrame, places: np.ndarray) -> None:
    """Refuse ordered rows of which two have one place."""
    twice = np.append(False, places[1:] == places[:-1])
    if twice.any():
        first = frame.loc[twice, list(dataset.key)].iloc[0].to_dict()
        raise DatasetError(
            f"{dataset.name}: {int(twice.sum())} rows repeat the key of another row, first {first}"
        )


def _explain(dataset: Dataset, frame: pd.DataFrame, cases: pd.DataFrame) -> str:
    """Name column, rule, value and patient of the first of each kind of failure."""
    lines = []
    for (column, rule), same in cases.groupby(["column", "check"], sort=False):
        first = same.iloc[0]
        field = dataset.fields.get(str(column))
        value = first["failure_case"]
        value = value.item() if isinstance(value, np.generic) else value
        words = {"not_nullable": "is missing where it is required"}.get(
            str(rule), f"is {value!r}, allowed: {field.allowed if field else rule}"
        )
        row = first["index"]
        who = "" if pd.isna(row) or "USUBJID" not in frame else f" ({frame['USUBJID'].iat[row]})"
        lines.append(f"{column} {words}{who}, {len(same)} rows")
    return f"{dataset.name}: {'; '.join(lines)}"
