"""The mapping of a source to the contract: one YAML that a data manager can read.

.. code-block:: yaml

    kind: redcap                       # or sdtm
    dictionary: dictionary.csv         # redcap: beside the mapping
    missing_codes: {"-999": "", UNK: unknown}
    tables:
      patients:
        from: baseline                 # a form, or a domain
        where: {eventname: [screening]}
        columns:
          patient_id: {number: record_id}          # P00001, ... ; the same again with --previous
          site_id: {field: site, values: {"1": S01}}
          consent_date: {field: consent, date: "%d.%m.%Y"}   # or excel; ISO without
          birth_year: {field: born, date: year}
          diameter: {field: size_cm, factor: 10}
          serious_criterion: {field: criteria, several: ";"} # a checkbox field
          ae_id: {id: [AESEQ], prefix: AE}         # P00001-AE3
          organ: {first: [TULOC, TRLOC], if_empty: unknown}    # said to be unknown, never guessed
          criteria: {flags: {AESDTH: death}}       # the codes of the fields that are Y
          assessor: {constant: investigator}       # a code that says where the data come from
          metastatic_sites: {empty: not collected}
    ignored: {notes: free text, vitals.weight: not needed}

A table may have several blocks, written as a list. A row of a form of which some block takes rows
must be taken by one, or the form be named in ``ignored_rows``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import ParameterError
from analysis.hints import was_meant
from analysis.yaml_source import YamlSource, read_yaml
from schemas.raw import RAW_TABLES


def _as_text(value: object) -> object:
    """YAML reads 1 as a number and yes as true; in a mapping both are texts of the source."""
    if isinstance(value, bool):
        raise ValueError("write it in quotes: YAML reads it as true or false")
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """Where one column of the contract comes from."""

    field: Word | None = None
    first: tuple[Word, ...] = ()
    number: Word | None = None
    id: tuple[Word, ...] = ()
    prefix: str = ""
    constant: Word | None = None
    empty: str | None = None
    values: dict[Word, Word] | None = None
    date: str | None = None
    factor: float | None = None
    decimal: Literal[".", ","] = "."
    several: str | None = None
    flags: dict[Word, Word] = {}
    if_empty: Literal["unknown", "not_evaluable"] | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Column:
        given = [
            name
            for name in ("field", "first", "number", "id", "constant", "empty", "flags")
            if getattr(self, name) not in (None, (), {})
        ]
        if len(given) != 1:
            raise ValueError("give one of field, first, number, id, flags, constant, empty")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the source that it reads."""
        one = self.field or self.number
        return (one,) if one else (*self.first, *self.id, *self.flags)


class Join(_Strict):
    """Fields of another source table, at most one row of it for each row."""

    table: Word
    on: dict[Word, Word]


class Block(_Strict):
    """Rows of one contract table that come from one source table."""

    source: Annotated[Word, Field(alias="from")]
    where: dict[Word, tuple[Word, ...]] = {}
    join: Join | None = None
    columns: dict[str, Column]


class Mapping(_Strict):
    """A whole mapping."""

    kind: Literal["redcap", "sdtm"]
    dictionary: str | None = None
    encoding: str | None = None
    separator: str | None = None
    missing_codes: dict[Word, Word] = {}
    tables: dict[str, tuple[Block, ...]]
    ignored: dict[str, str] = {}
    ignored_rows: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, values: Any) -> Any:
        tables = values.get("tables") if isinstance(values, dict) else None
        if isinstance(tables, dict):
            listed = {k: [v] if isinstance(v, dict) else v for k, v in tables.items()}
            return {**values, "tables": listed}
        return values


def read_mapping(path: Path) -> Mapping:
    """Read a mapping.

    Raises
    ------
    ParameterError
        Naming file, line, key and what would be right.
    """
    source = read_yaml(path)
    try:
        mapping = Mapping.model_validate(source.values)
    except ValidationError as error:
        lines = [_said(source, problem) for problem in error.errors()]
        raise ParameterError("\n".join(lines)) from None
    _check_names(mapping, source)
    return mapping


def _said(source: YamlSource, problem: Any) -> str:
    place = tuple(part for part in problem["loc"])
    if len(place) > 2 and place[0] == "tables" and (*place[:3],) not in source.lines:
        place = (*place[:2], *place[3:])  # a block that was not written as a list
    name = ".".join(map(str, place))
    message = {
        "extra_forbidden": "there is no such key",
        "missing": "this key is missing",
    }.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return f"{source.path}, line {source.line_of(place)}: {name}: {message}"


def _check_names(mapping: Mapping, source: YamlSource) -> None:
    """Refuse tables and columns that the contract does not have.

    Raises
    ------
    ParameterError
        Naming the line and the nearest name.
    """
    for table, blocks in mapping.tables.items():
        line = source.line_of(("tables", table))
        if table not in RAW_TABLES:
            hint = was_meant(table, RAW_TABLES)
            raise ParameterError(f"{source.path}, line {line}: no table is called {table}{hint}")
        known = RAW_TABLES[table].fields
        for number, block in enumerate(blocks):
            for column, spec in block.columns.items():
                if column in known:
                    _check_codes(table, column, spec, source)
                    continue
                listed = ("tables", table, number, "columns", column)
                at: tuple = listed if listed in source.lines else (*listed[:2], *listed[3:])
                message = f"{table} has no column {column}{was_meant(column, known)}"
                raise ParameterError(f"{source.path}, line {source.line_of(at)}: {message}")
            if "patient_id" not in block.columns:
                raise ParameterError(
                    f"{source.path}, line {line}: {table} needs a patient_id, like "
                    "{number: record_id}"
                )


def _check_codes(table: str, column: str, spec: Column, source: YamlSource) -> None:
    """Refuse codes that the contract does not have in this column.

    Raises
    ------
    ParameterError
        Naming the code and what would be right.
    """
    known = RAW_TABLES[table].fields[column].codes
    given = [*(spec.values or {}).values(), *spec.flags.values()]
    given += [spec.constant] if spec.constant is not None else []
    open_ = [code for code in [*given, spec.empty or ""] if code.startswith("TODO")]
    wrong = [code for code in given if code and known and code not in known]
    if not open_ and not wrong:
        return
    at = next(
        (key for key in source.lines if key[:2] == ("tables", table) and key[-1:] == (column,)),
        ("tables", table),
    )
    where = f"{source.path}, line {source.line_of(at)}: {table}.{column}"
    if open_:
        right = f"it is one of {', '.join(known)}" if known else "name a field, or why it is empty"
        raise ParameterError(f"{where}: still says TODO; {right}")
    hint = was_meant(wrong[0], known)
    raise ParameterError(f"{where}: '{wrong[0]}' is not one of {', '.join(known)}{hint}")
