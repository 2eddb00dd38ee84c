"""Whether a frame is provably what its fields declare, without pandera.

The pandera schemas are the definition and say what is wrong. Nearly every frame is right, though,
and importing pandera, building 27 schemas and running them costs more than a second of a
derivation of three. So the same declarations are first read here, each distinct value once. The
answer is yes or "ask pandera"; nothing is ever refused on the word of this module alone. The tests
hold both against each other for every schema and every kind of violation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from schemas.fields import DTYPES, Field


def is_fine(
    frame: pd.DataFrame, fields: Mapping[str, Field], optional: frozenset[str] = frozenset()
) -> bool:
    """Return whether pandera need not be asked about a frame.

    Parameters
    ----------
    frame : DataFrame
        Typed columns.
    fields : mapping of str to Field
        What is declared.
    optional : frozenset of str
        Declared columns that the frame may lack.

    Returns
    -------
    bool
        True where every declared column is there once and no other is, and each has its type, its
        codes, limits and shape, and no empty cell where one is required.
    """
    names = set(frame.columns)
    if len(names) < len(frame.columns) or not names <= set(fields):
        return False
    if not set(fields) - optional <= names:
        return False
    return all(_column_is_fine(frame[name], fields[name]) for name in frame.columns)


def _column_is_fine(values: pd.Series, field: Field) -> bool:
    if str(values.dtype) != DTYPES[field.kind]:
        return False
    if values.dtype == object:
        return _texts_are_fine(values, field)
    # Codes and shapes of what is no text are declared nowhere; if one ever is, pandera checks it.
    if field.codes or field.pattern:
        return False
    missing = values.isna().to_numpy()
    if field.required and missing.any():
        return False
    if field.minimum is None and field.maximum is None:
        return True
    given = values.to_numpy()[~missing]
    return _within(given.astype("float64"), field)


def _within(numbers: np.ndarray, field: Field) -> bool:
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    return bool(((numbers >= low) & (numbers <= high)).all())


def _texts_are_fine(values: pd.Series, field: Field) -> bool:
    try:
        distinct = pd.unique(values.to_numpy())
    except TypeError:  # something without a hash is no text
        return False
    missing = pd.isna(distinct)
    if field.required and missing.any():
        return False
    given = distinct[~missing]
    if field.minimum is not None or field.maximum is not None:
        return False
    if field.codes and not set(field.codes).issuperset(given):
        return False
    whole = re.compile(field.pattern).fullmatch if field.pattern else None
    return whole is None or all(isinstance(text, str) and whole(text) for text in given)
