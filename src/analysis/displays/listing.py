"""A listing as a table: dates in ISO form, numbers short, nothing left out, all text escaped."""

from __future__ import annotations

import pandas as pd

from analysis.displays.numbers import is_missing, rounded
from analysis.displays.table import Column, Row, Table


def _text(value: object, decimals: int) -> str:
    if is_missing(value) or value is pd.NaT:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return rounded(value, decimals)
    return str(value)


def listing_table(
    output_id: str, frame: pd.DataFrame, labels: dict[str, str], title: str = "", decimals: int = 1
) -> Table:
    """Rows of a listing as they come.

    Parameters
    ----------
    output_id : str
        SAP id.
    frame : DataFrame
        The listing; its columns are shown in the order of `labels`.
    labels : dict
        Column -> heading; the first column is the stub.
    title : str
    decimals : int
        Decimals of floating numbers.
    """
    stub, *others = labels
    columns = tuple(
        Column(labels[name], text=not pd.api.types.is_numeric_dtype(frame[name])) for name in others
    )
    rows = tuple(
        Row(_text(record[stub], 0), tuple(_text(record[name], decimals) for name in others))
        for record in frame[list(labels)].to_dict("records")
    )
    if not rows:
        rows = (Row("None at this cut", ("",) * len(columns)),)
    return Table(output_id, title, labels[stub], columns, rows)


RESPONSE = {
    "USUBJID": "Patient",
    "TRTGRP1": "Group",
    "ADT": "Assessment",
    "ADY": "Day",
    "AVISIT": "Visit",
    "LESIONS": "Targets, mm",
    "SUMDIAM": "Sum, mm",
    "PCHG": "Change from baseline, %",
    "PCHGNAD": "Change from nadir, %",
    "OVRDER": "From lesions",
    "OVRINV": "Recorded",
    "CBOR": "Confirmed best",
    "SOURCE": "Raw row",
}
DERIVATION = {
    "USUBJID": "Patient",
    "TRTGRP1": "Group",
    "PARAMCD": "Endpoint",
    "STARTDT": "Origin",
    "ADT": "End",
    "AVAL": "Days",
    "CNSR": "CNSR",
    "WHY": "Event or censoring",
    "SOURCE": "Raw row",
}
