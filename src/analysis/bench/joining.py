"""Columns of ADSL beside the rows of another frame, none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.errors import ParameterError
from analysis.parameter_rules import suggestion

if TYPE_CHECKING:
    import pandas as pd

_WHO = "USUBJID"


def with_patients(frame: pd.DataFrame, adsl: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Put columns of ADSL beside each row of a frame.

    Parameters
    ----------
    frame : DataFrame
        With ``USUBJID``, any number of rows per patient.
    adsl : DataFrame
        One row per patient.
    columns : sequence of str
        Columns of ADSL; none for all that the frame does not have.

    Returns
    -------
    DataFrame
        The frame with the columns added at the end; rows, order and index as they were. A patient
        whom ADSL does not have (a screen failure) has missing values.

    Raises
    ------
    ParameterError
        If the frame has no ``USUBJID``, or a column is unknown or there already.
    """
    if _WHO not in frame:
        raise ParameterError(f"the frame has no column {_WHO}: nobody knows whose its rows are")
    for name in columns:
        if name not in adsl:
            near = suggestion(name, list(adsl.columns))
            raise ParameterError(f"ADSL has no column '{name}'; {near}")
        if name in frame:
            raise ParameterError(f"the frame has a column '{name}' of its own; rename it first")
    wanted = list(columns) or [str(name) for name in adsl if name not in frame]
    beside = adsl.set_index(_WHO)[wanted].reindex(frame[_WHO])
    return frame.assign(**{name: beside[name].array for name in wanted})
