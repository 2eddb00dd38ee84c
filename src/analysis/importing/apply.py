"""From a source and its mapping to the extracts: every row once, every value known, none invented.

Each cell of a contract column is a cell of the source, recoded as the mapping says, a number or id
made of one, or a constant that the mapping declares. What the mapping does not know is refused with
file, line and field, all of it in one pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from analysis.hints import was_meant
from analysis.importing.mapping import Block, Column, Mapping
from analysis.importing.source import Problems, Source, SourceTable
from analysis.importing.values import cell
from analysis.wording import counted
from schemas.raw import RAW_TABLES

Row = dict[str, str]


@dataclass
class Extracts:
    """What an import gives.

    Attributes
    ----------
    tables : dict of list of dict
        Rows of each contract table, in the order of its key.
    columns : dict of list of str
        Columns of each, in the order of the contract; optional ones where the mapping has them.
    used : dict of (str, str) to list of (str, str)
        Source table and field -> contract places (``table.column``) with what was done.
    constants : Counter
        Cells by contract place that hold a declared constant.
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    used: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    constants: Counter = field(default_factory=Counter)


def make_extracts(source: Source, mapping: Mapping, previous: Map[str, str]) -> Extracts:
    """Apply a mapping.

    Parameters
    ----------
    source : dict of SourceTable
    mapping : Mapping
    previous : mapping of str to str
        Source id -> patient_id of an earlier import, so that nobody gets another number.

    Returns
    -------
    Extracts

    Raises
    ------
    ImportRefusedError
        Naming file, line, field, value and what would be right, for everything at once.
    """
    problems, made = Problems(), Extracts()
    _check_sources(source, mapping, problems)
    problems.refuse()
    numbers = _patient_numbers(source, mapping, previous)
    taken: dict[str, set[int]] = {}
    for name, table in RAW_TABLES.items():
        blocks = mapping.tables.get(name, ())
        rows: list[Row] = []
        for block in blocks:
            rows += _rows_of(name, block, source, mapping, numbers, made, problems, taken)
        wanted = {column for block in blocks for column in block.columns}
        if table.optional and not blocks:
            continue
        made.columns[name] = [
            column for column, spec in table.fields.items() if not spec.birth or column in wanted
        ]
        made.tables[name] = sorted(rows, key=_in_order(table.key))
    _check_rows(source, mapping, taken, problems)
    problems.refuse()
    return made


def _in_order(key: tuple[str, ...]) -> Callable[[Row], tuple]:
    def place(row: Row) -> tuple:
        parts = (row.get(name, "") for name in key)
        return tuple((0, int(t), "") if t.isdigit() else (1, 0, t) for t in parts)

    return place


def _check_sources(source: Source, mapping: Mapping, problems: Problems) -> None:
    """Refuse tables and fields that the source does not have."""
    known = ", ".join(sorted(source)) or "none"
    for name, blocks in mapping.tables.items():
        for block in blocks:
            tables = {"from": block.source}
            tables |= {"join": block.join.table} if block.join else {}
            absent = {what: table for what, table in tables.items() if table not in source}
            for what, table in absent.items():
                message = f"there is no such form or domain; known: {known}"
                problems.add("the mapping", None, f"{name}.{what}", table, message)
            if not absent:
                _check_fields(name, block, source, problems)


def _check_fields(name: str, block: Block, source: Source, problems: Problems) -> None:
    there = set(source[block.source].fields)
    there |= set(source[block.join.table].fields) if block.join else set()
    wanted = [(column, one) for column, spec in block.columns.items() for one in spec.fields]
    wanted += [("where", one) for one in block.where]
    wanted += [("join", one) for one in block.join.on] if block.join else []
    for column, one in wanted:
        if one not in there:
            message = f"{block.source} has no such field{was_meant(one, there)}"
            problems.add("the mapping", None, f"{name}.{column}", one, message)


def _patient_numbers(source: Source, mapping: Mapping, previous: Map[str, str]) -> dict[str, str]:
    """Source id -> P00001, ...: those of an earlier import, then the new ones in order."""
    ids: set[str] = set()
    for blocks in mapping.tables.values():
        for block in blocks:
            column = block.columns["patient_id"]
            if column.number:
                ids.update(text for text in source[block.source].fields[column.number] if text)
    numbers = {name: number for name, number in previous.items() if name in ids}
    used = {int(number[1:]) for number in previous.values()}
    following = max(used, default=0)
    for name in sorted(ids - set(numbers), key=_natural):
        following += 1
        numbers[name] = f"P{following:05}"
    return numbers


def _natural(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)


def _rows_of(
    name: str,
    block: Block,
    source: Source,
    mapping: Mapping,
    numbers: dict[str, str],
    made: Extracts,
    problems: Problems,
    taken: dict[str, set[int]],
) -> list[Row]:
    """Rows of one block."""
    table = source[block.source]
    joined = _joined(table, block, source, problems)
    mine = taken.setdefault(table.name, set())
    rows = []
    # an id is made of the patient and a part, so the patient comes first
    columns = {"patient_id": block.columns["patient_id"], **block.columns}
    for at in range(len(table)):
        read = _reader(table, joined, at, mapping.missing_codes)
        if any(read(one) not in allowed for one, allowed in block.where.items()):
            continue
        mine.add(at)
        row: Row = {}
        for column, spec in columns.items():
            try:
                row[column] = _cell(name, column, spec, read, row, numbers)
            except ValueError as error:
                one = spec.fields[0] if spec.fields else column
                problems.add(table.file, table.lines[at], one, read(one), str(error))
            if spec.constant is not None:
                made.constants[f"{name}.{column}"] += 1
        rows.append(row)
    for column, spec in block.columns.items():
        for one in spec.fields:
            owner = table.name if one in table.fields else block.join.table  # type: ignore[union-attr]
            done = _action(column, spec, one)
            made.used.setdefault((owner, one), []).append((f"{name}.{column}", done))
    return rows


def _action(column: str, spec: Column, name: str) -> str:
    """What becomes of a field: kept, renamed or recoded."""
    if (
        spec.number
        or spec.id
        or spec.first
        or spec.flags
        or spec.values
        or spec.date
        or spec.factor
    ):
        return "recoded"
    if spec.decimal != "." or spec.several:
        return "recoded"
    return "kept" if column == name else "renamed"


def _reader(
    table: SourceTable, joined: list[tuple[SourceTable, int] | None], at: int, codes: Map[str, str]
) -> Callable[[str], str]:
    def read(name: str) -> str:
        if name in table.fields:
            text = table.fields[name][at]
        else:
            other = joined[at]
            text = other[0].fields[name][other[1]] if other else ""
        text = text.strip()
        return codes.get(text, text)

    return read


def _joined(
    table: SourceTable, block: Block, source: Source, problems: Problems
) -> list[tuple[SourceTable, int] | None]:
    """Row of the other table for each row; several are refused."""
    if block.join is None:
        return [None] * len(table)
    other = source[block.join.table]
    mine, theirs = zip(*block.join.on.items(), strict=True)
    by_key: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(other)):
        by_key.setdefault(tuple(other.fields[one][at] for one in theirs), []).append(at)
    found: list[tuple[SourceTable, int] | None] = []
    for at in range(len(table)):
        key = tuple(table.fields[one][at] for one in mine)
        rows = by_key.get(key, [])
        if len(rows) > 1:
            message = f"{counted(len(rows), 'row')} of {other.file} fit; which one is meant?"
            problems.add(table.file, table.lines[at], "+".join(mine), "+".join(key), message)
        found.append((other, rows[0]) if rows else None)
    return found


def _cell(
    name: str,
    column: str,
    spec: Column,
    read: Callable[[str], str],
    row: Row,
    numbers: dict[str, str],
) -> str:
    """Text of one cell of the contract."""
    if spec.constant is not None:
        return spec.constant
    if spec.empty is not None:
        return ""
    if spec.number:
        text = read(spec.number)
        if not text:
            raise ValueError("the id of the patient is empty")
        return numbers[text]
    if spec.id:
        parts = [read(one) for one in spec.id]
        if not all(parts):
            raise ValueError("an id needs all of its parts")
        return f"{row.get('patient_id', '')}-{spec.prefix}{'-'.join(parts)}"
    if spec.flags:
        return _of_flags(spec, read)
    texts = [read(one) for one in spec.fields]
    text = next((text for text in texts if text), "")
    return cell(text, spec, RAW_TABLES[name].fields[column]) if text else _of_empty(spec)


def _of_flags(spec: Column, read: Callable[[str], str]) -> str:
    """Codes of the fields that are Y."""
    for one in spec.flags:
        if read(one) not in ("Y", "N", ""):
            raise ValueError(f"{one} is Y, N or empty, not '{read(one)}'")
    return ";".join(code for one, code in spec.flags.items() if read(one) == "Y")


def _of_empty(spec: Column) -> str:
    """What an empty cell means: nothing, unless the mapping says so."""
    return (spec.values or {}).get("", spec.if_empty or "")


def _check_rows(
    source: Source, mapping: Mapping, taken: dict[str, set[int]], problems: Problems
) -> None:
    """Refuse rows of a mapped table that no block takes: a row is never lost in silence."""
    for name, mine in sorted(taken.items()):
        if name in mapping.ignored_rows:
            continue
        table = source[name]
        names = {one for blocks in mapping.tables.values() for b in blocks if b.source == name
                 for one in b.where}  # fmt: skip
        for at in range(len(table)):
            if at not in mine:
                values = ", ".join(f"{n} = '{table.fields[n][at]}'" for n in sorted(names))
                message = f"no block of the mapping takes this row ({values})"
                problems.add(table.file, table.lines[at], name, "", message)
