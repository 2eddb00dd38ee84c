"""What became of every field of a source: ``import_report.csv`` and a page to read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.csv_writer import safe, write_csv
from analysis.importing.apply import Extracts
from analysis.importing.mapping import Mapping
from analysis.importing.source import Received

REPORT, PAGE = "import_report.csv", "import_report.html"
COLUMNS = ("source", "field", "column", "action", "rows", "values")
_TEMPLATES = Path(__file__).parent / "template"


def report_of_fields(received: Received, made: Extracts) -> pd.DataFrame:
    """One row per field of the source and place of the contract.

    Returns
    -------
    DataFrame
        source (form or domain), field, column (``table.column`` of the contract, empty where
        dropped), action (kept, renamed, recoded, dropped), rows of the source table, values (cells
        that are not empty).
    """
    rows = []
    for name, table in received.tables.items():
        for one, texts in table.fields.items():
            values = sum(bool(text.strip()) for text in texts)
            places = made.used.get((name, one)) or [("", "dropped")]
            rows += [(name, one, place, action, len(table), values) for place, action in places]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values(["source", "field", "column"], kind="stable", ignore_index=True)


def report_of_columns(made: Extracts) -> pd.DataFrame:
    """One row per column of the contract.

    Returns
    -------
    DataFrame
        table, column, rows, filled, empty, constant (cells that the mapping declares), invented
        (cells that come from neither: none).
    """
    rows = []
    from_source = {place for places in made.used.values() for place, _ in places}
    for table, columns in made.columns.items():
        for column in columns:
            texts = [row.get(column, "") for row in made.tables[table]]
            filled = sum(bool(text) for text in texts)
            place = f"{table}.{column}"
            constant = made.constants[place]
            invented = 0 if place in from_source else filled - min(filled, constant)
            rows.append(
                (table, column, len(texts), filled, len(texts) - filled, constant, invented)
            )
    names = ["table", "column", "rows", "filled", "empty", "constant", "invented"]
    return pd.DataFrame(rows, columns=names)


def write_report(
    folder: Path, received: Received, mapping: Mapping, made: Extracts, cut: str, source: str
) -> None:
    """Write both into a folder that is there.

    Parameters
    ----------
    folder : Path
    received, mapping, made
        What was read, how, and what came of it.
    cut, source : str
        Names for the head of the page.
    """
    fields, columns = report_of_fields(received, made), report_of_columns(made)
    write_csv(safe(fields), folder / REPORT)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("import_report.html").render(
        cut=cut,
        source=source,
        kind=mapping.kind,
        fields=fields.to_dict("records"),
        columns=columns.to_dict("records"),
        actions=fields["action"].value_counts().sort_index().to_dict(),
        notes=received.notes,
        ignored=mapping.ignored,
        ignored_rows=mapping.ignored_rows,
        invented=int(columns["invented"].sum()),
        constants=int(columns["constant"].sum()),
        rows=sum(len(rows) for rows in made.tables.values()),
    )
    (folder / PAGE).write_text(page + "\n", encoding="utf-8", newline="\n")
