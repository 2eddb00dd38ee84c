"""The data dictionary, rendered from the schemas: ``python -m schemas.dictionary``.

Written to ``schemas/DICTIONARY.md``; a test fails where that file is not what this module renders.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemas.columns import KIND_WORDS, ColumnSpec
from schemas.derived import DATASETS
from schemas.estimates import ESTIMATES
from schemas.raw import RAW_TABLES
from schemas.tables import Dataset, RawTable

PATH = Path(__file__).parent / "DICTIONARY.md"
HEADER = """# Data dictionary

Rendered from `schemas/` by `python -m schemas.dictionary`; edit the schemas, not this page.

Three layers, told apart by the letters: raw extracts keep the registry's names in lower snake case,
analysis datasets use CDISC ADaM names in capitals, estimates use lower case. In extracts an empty
cell is a missing value, codes are exact, and dates are ISO 8601; a partial date may lack its day,
or its month and day. *Required* means never empty; rules that depend on other cells stand in
`docs/validation-rules.md`.
"""
_TYPES = {
    **KIND_WORDS,
    "code": "code",
    "flag": "flag",
    "partial": "partial date",
    "int": "whole number",
    "float": "number",
    "date": "date",
}


def render() -> str:
    """Return the data dictionary as Markdown."""
    parts = [HEADER, _contents(), "## Raw extracts\n"]
    parts += [_raw_table(table) for table in RAW_TABLES.values()]
    parts.append("## Analysis datasets\n")
    parts += [_dataset(dataset) for dataset in DATASETS.values()]
    parts += ["## Estimates\n", _dataset(ESTIMATES)]
    return "\n".join(parts)


def _contents() -> str:
    groups = (("Raw extracts", RAW_TABLES), ("Analysis datasets", DATASETS))
    lines = [
        f"- {title}: {', '.join(f'[{name}](#{name})' for name in names)}" for title, names in groups
    ]
    return "\n".join([*lines, "- Estimates: [estimates](#estimates-1)", ""])


def _raw_table(table: RawTable) -> str:
    refers = [f"`{spec.column}` to `{spec.table}`" for spec in table.references]
    about = f"{table.description} Key: {_code(table.key)}."
    if refers:
        about += f" Refers: {', '.join(refers)}."
    rows: list[tuple[str, ...]] = [
        (
            f"`{spec.name}`",
            spec.description,
            _TYPES[spec.kind],
            spec.unit,
            _allowed(spec),
            "yes" if spec.required else "",
            spec.adam,
        )
        for spec in table.fields.values()
    ]
    head = ("column", "meaning", "type", "unit", "allowed", "required", "ADaM")
    return f"### {table.name}\n\n{about}\n\n{_grid(head, rows)}"


def _dataset(dataset: Dataset) -> str:
    about = f"{dataset.description} Key and order of the rows: {_code(dataset.key)}."
    rows: list[tuple[str, ...]] = [
        (
            f"`{spec.name}`",
            spec.description + (" (optional)" if spec.optional else ""),
            _TYPES[spec.kind],
            spec.unit,
            _allowed(spec) if spec.kind != "flag" else "Y or missing",
            "yes" if spec.required else "",
            f"`{spec.source}`" if spec.source else "",
            _known_from(spec),
        )
        for spec in dataset.fields.values()
    ]
    head: tuple[str, ...] = (
        *("column", "meaning", "type", "unit", "allowed", "required", "source", "known from"),
    )
    if not any(spec.known_from for spec in dataset.fields.values()):
        head, rows = head[:-1], [row[:-1] for row in rows]
    return f"### {dataset.name}\n\n{about}\n\n{_grid(head, rows)}"


def _known_from(spec: ColumnSpec) -> str:
    """Day from which the value of a patient is known."""
    later = "the later of " if len(spec.known_from) > 1 else ""
    return later + " and ".join(f"`{name}`" for name in spec.known_from)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _allowed(spec: ColumnSpec) -> str:
    return f"`{spec.pattern}`" if spec.pattern else spec.allowed


def _grid(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = [head, ("---",) * len(head), *rows]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the data dictionary."""
    PATH.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
