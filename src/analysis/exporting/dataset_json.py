"""Analysis datasets as CDISC Dataset-JSON 1.1, and back.

One file a dataset, and beside them ``codelists.json``: Dataset-JSON has no place for code lists,
which in CDISC stand in Define-XML. Dates are ISO 8601 texts that SAS reads as numbers; a missing
value is null. The time of creation is that of the export of the registry, not of the clock.

Source: CDISC Dataset-JSON v1.1 specification; labels and types from `schemas.derived`.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import schemas.derived
from schemas.columns import ColumnSpec
from schemas.derived import DATASETS
from schemas.tables import Dataset

VERSION = "1.1.0"
CODE_LISTS = "codelists.json"
_TYPES = {
    "text": "string",
    "code": "string",
    "flag": "string",
    "partial": "string",
    "int": "integer",
    "float": "double",
    "date": "date",
}


def item_group_oid(name: str) -> str:
    """Identifier of a dataset."""
    return f"IG.{name.upper()}"


def label(spec: ColumnSpec) -> str:
    """Label of a variable: what the dictionary calls it, without what it adds."""
    return spec.description.split(";")[0].strip()


def _column(name: str, spec: ColumnSpec, dataset: Dataset, frame: pd.DataFrame) -> dict[str, Any]:
    about: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name.upper()}.{name}",
        "name": name,
        "label": label(spec),
        "dataType": _TYPES[spec.kind],
    }
    if spec.kind == "date":
        about |= {"targetDataType": "integer", "displayFormat": "E8601DA10."}
    if _TYPES[spec.kind] == "string":
        longest = frame[name].dropna().astype(str).str.len().max() if len(frame) else 0
        about["length"] = max(1, int(longest if longest == longest else 0))
    if name in dataset.key:
        about["keySequence"] = dataset.key.index(name) + 1
    return about


def _values(values: pd.Series, spec: ColumnSpec) -> list[Any]:
    """Values of a column as JSON has them."""
    missing = values.isna().to_numpy()
    if spec.kind == "date":
        texts = values.dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
        return [None if gone else text for text, gone in zip(texts, missing, strict=True)]
    if spec.kind == "int":
        return [None if gone else int(v) for v, gone in zip(values, missing, strict=True)]
    if spec.kind == "float":
        return [None if gone else float(v) for v, gone in zip(values, missing, strict=True)]
    return [None if gone else str(v) for v, gone in zip(values, missing, strict=True)]


def dataset_document(
    name: str, frame: pd.DataFrame, study: str, cut: str, exported: dt.date
) -> dict[str, Any]:
    """One dataset as a Dataset-JSON document.

    Parameters
    ----------
    name : str
        Lower-case name of the dataset.
    frame : DataFrame
        As read: checked against its schema.
    study, cut : str
        Identifier of the study, name of the cut.
    exported : date
        Day on which the registry was exported (snapshot date of the cut).
    """
    dataset = DATASETS[name]
    columns = [one for one in dataset.columns if one in frame]
    values = [_values(frame[one], dataset.fields[one]) for one in columns]
    moment = f"{exported.isoformat()}T00:00:00"
    return {
        "datasetJSONCreationDateTime": moment,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{study}.{cut}.{name.upper()}",
        "dbLastModifiedDateTime": moment,
        "originator": study,
        "sourceSystem": {"name": "precision-registry-analysis", "version": cut},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}.{cut}",
        "metaDataRef": CODE_LISTS,
        "itemGroupOID": item_group_oid(name),
        "records": len(frame),
        "name": name.upper(),
        "label": dataset.description.splitlines()[0].rstrip("."),
        "columns": [_column(one, dataset.fields[one], dataset, frame) for one in columns],
        "rows": [list(row) for row in zip(*values, strict=True)],
    }


def code_lists(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Codes of every coded variable, by its itemOID."""
    return {
        f"IT.{name.upper()}.{column}": list(spec.codes)
        for name, frame in frames.items()
        for column, spec in DATASETS[name].fields.items()
        if column in frame and spec.codes
    }


def written(document: dict[str, Any]) -> str:
    """Text of a JSON file of ours: the same for the same content, no NaN."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def read_dataset_json(path: Path) -> pd.DataFrame:
    """Read a dataset that was exported, as its schema declares it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        Equal to the dataset, types included.

    Raises
    ------
    DatasetError
        If it is not what the schema says.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    name = document["name"].lower()
    fields = DATASETS[name].fields
    rows = document["rows"]
    columns = {}
    for at, column in enumerate(document["columns"]):
        values = [row[at] for row in rows]
        kind = fields[column["name"]].kind
        if kind == "date":
            columns[column["name"]] = pd.Series(np.array(values, dtype="datetime64[ns]"))
        elif kind == "int":
            columns[column["name"]] = pd.Series(values, dtype="Int64")
        elif kind == "float":
            columns[column["name"]] = pd.Series(values, dtype="float64")
        else:
            columns[column["name"]] = pd.Series(values, dtype=object)
    return schemas.derived.check(name, pd.DataFrame(columns))
