"""A REDCap project: one flat CSV and the data dictionary, parted into a table for each form.

A row of the export holds the fields of one record, event and repeat. Rows of a repeating instrument
belong to that form alone; every other row is a row of each form that has something in it. A form
without any value is no row: it is counted in the report. Raw codes and labels are both understood,
field by field, by the choices of the dictionary.

Source: REDCap's export of longitudinal and repeating data; of checkboxes each choice is a column
``field___code``, empty forms have 0 in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.hints import was_meant
from analysis.importing.redcap_dictionary import Dictionary, Field, read_dictionary
from analysis.importing.source import Problems, Received, SourceTable
from analysis.importing.text_table import TextTable, read_text_table

EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
_KEYS = (EVENT, INSTRUMENT, INSTANCE)
#: Columns that REDCap adds and that hold no data of a form.
_BESIDE = (*_KEYS, "redcap_data_access_group", "redcap_survey_identifier")
_CHECKED, _UNCHECKED = ("1", "Checked"), ("0", "Unchecked", "")


@dataclass(frozen=True)
class _Layout:
    """Where each field stands in the export."""

    record: str
    at: dict[str, int]
    plain: dict[str, Field]
    checkboxes: dict[str, list[tuple[int, str]]]


def read_redcap(
    path: Path,
    dictionary_path: Path,
    encoding: str | None = None,
    separator: str | None = None,
) -> Received:
    """Read an export and its dictionary.

    Parameters
    ----------
    path : Path
        Flat CSV export.
    dictionary_path : Path
        Data dictionary CSV.
    encoding, separator : str, optional
        Of the export, where not UTF-8 and not seen in the header.

    Returns
    -------
    Received
        By form a table with the record id, event, instance and fields of the form; of a checkbox
        field the codes that are ticked, joined by ``;``.

    Raises
    ------
    ImportRefusedError
        Naming file, line and field, for everything at once.
    """
    dictionary = read_dictionary(dictionary_path, encoding)
    export = read_text_table(path, encoding, separator)
    problems = Problems()
    layout = _layout(export, dictionary, problems)
    problems.refuse()
    codes = {
        name: _codes(export, layout.at[name], field, problems)
        for name, field in layout.plain.items()
    }
    _check_keys(export, dictionary, layout, problems)
    rows: dict[str, list[int]] = {form: [] for form in dictionary.forms}
    notes: dict[tuple[str, str], int] = {}
    for at, row in enumerate(export.rows):
        _place(at, row, export, dictionary, layout, rows, notes, problems)
    problems.refuse()
    tables = {
        form: _table(form, mine, export, dictionary, layout, codes) for form, mine in rows.items()
    }
    counted = [(place, why, n) for (place, why), n in sorted(notes.items())]
    return Received(tables, counted)


def _layout(export: TextTable, dictionary: Dictionary, problems: Problems) -> _Layout:
    """Match the columns of the export to the fields of the dictionary."""
    at = {name: position for position, name in enumerate(export.header)}
    plain: dict[str, Field] = {}
    checkboxes: dict[str, list[tuple[int, str]]] = {}
    for name, position in at.items():
        base, _, code = name.partition("___")
        if name in dictionary.fields and dictionary.fields[name].kind != "checkbox":
            plain[name] = dictionary.fields[name]
        elif base in dictionary.fields and dictionary.fields[base].kind == "checkbox" and code:
            choice = dictionary.fields[base].code_of_column(code)
            if choice is None:
                problems.add(export.file, 1, name, "", f"{base} has no choice {code}")
            else:
                checkboxes.setdefault(base, []).append((position, choice))
        elif name not in _BESIDE and not _is_status(name, dictionary):
            hint = was_meant(name, dictionary.fields)
            message = f"not in the data dictionary{hint}; export raw headers, not labels"
            problems.add(export.file, 1, name, "", message)
    for base, there in checkboxes.items():
        absent = set(dictionary.fields[base].choices) - {code for _, code in there}
        if absent:
            message = f"columns of the choices {', '.join(sorted(absent))} are missing"
            problems.add(export.file, 1, base, "", message)
    if dictionary.record not in at:
        message = "the field of the record id (the first of the dictionary) is missing"
        problems.add(export.file, 1, dictionary.record, "", message)
    if INSTRUMENT in at and INSTANCE not in at:
        problems.add(export.file, 1, INSTANCE, "", "missing beside redcap_repeat_instrument")
    return _Layout(dictionary.record, at, plain, checkboxes)


def _is_status(name: str, dictionary: Dictionary) -> bool:
    """Whether a column says how complete a form is."""
    return name.endswith("_complete") and name.removesuffix("_complete") in dictionary.forms


def _codes(
    export: TextTable, position: int, field: Field, problems: Problems
) -> Callable[[str], str]:
    """How the texts of a choice field become codes: as they are, or by their labels."""
    if not field.choices:
        return lambda text: text
    known = field.choices
    by_label = {label: code for code, label in known.items()}
    given = {row[position].strip() for row in export.rows} - {""}
    # a label may be the code of another choice: one reading for the whole column
    as_codes = sum(text in known for text in given) >= sum(text in by_label for text in given)
    first, second = (dict(zip(known, known, strict=True)), by_label) if as_codes else (
        by_label, dict(zip(known, known, strict=True)))  # fmt: skip
    ambiguous = {text for text in given if text not in first and text in second}
    for row, line in zip(export.rows, export.lines, strict=True):
        text = row[position].strip()
        if not text or text in first or text in field.missing:
            continue
        if text in ambiguous:
            kinds = ("codes", "a label") if as_codes else ("labels", "a code")
            message = f"the column holds {kinds[0]}, and this is {kinds[1]}"
        else:
            message = f"no choice of the field: {', '.join(known)}"
        problems.add(export.file, line, field.name, text, message)
    return lambda text: first.get(text.strip(), text)


def _check_keys(
    export: TextTable, dictionary: Dictionary, layout: _Layout, problems: Problems
) -> None:
    """Refuse rows without a record, repeats without their number, and keys that stand twice."""
    seen: dict[tuple[str, ...], int] = {}
    for row, line in zip(export.rows, export.lines, strict=True):
        key = tuple(_of(row, layout, name) for name in (layout.record, *_KEYS))
        record, _, instrument, instance = key
        if not record:
            problems.add(export.file, line, layout.record, "", "the record id is empty")
        if instrument and instrument not in dictionary.form_names:
            hint = was_meant(instrument, dictionary.form_names)
            problems.add(export.file, line, INSTRUMENT, instrument, f"no such form{hint}")
        if instrument and not instance:
            problems.add(export.file, line, INSTANCE, "", f"a repeat of {instrument} has a number")
        if instance and not instance.isdigit():
            problems.add(export.file, line, INSTANCE, instance, "a whole number from 1 on")
        if key in seen:
            message = f"the same record, event and repeat stand on line {seen[key]}"
            problems.add(export.file, line, layout.record, record, message)
        seen.setdefault(key, line)


def _of(row: list[str], layout: _Layout, name: str) -> str:
    return row[layout.at[name]].strip() if name in layout.at else ""


def _place(
    at: int,
    row: list[str],
    export: TextTable,
    dictionary: Dictionary,
    layout: _Layout,
    rows: dict[str, list[int]],
    notes: dict[tuple[str, str], int],
    problems: Problems,
) -> None:
    """Say of which forms a row of the export is a row."""
    filled = _filled(at, row, export, dictionary, layout, problems)
    instrument = dictionary.form_names.get(_of(row, layout, INSTRUMENT), "")
    if instrument:
        for form, names in filled.items():
            if form != instrument:
                message = f"a row of {instrument} holds a value of {form}"
                value = row[layout.at[names[0]]] if names[0] in layout.at else ""
                problems.add(export.file, export.lines[at], names[0], value, message)
        if instrument not in filled:
            _count(notes, instrument, "repeats without any value")
    elif not filled:
        _count(notes, export.file, "rows without any value")
    for form in filled:
        rows[form].append(at)


def _filled(
    at: int,
    row: list[str],
    export: TextTable,
    dictionary: Dictionary,
    layout: _Layout,
    problems: Problems,
) -> dict[str, list[str]]:
    """Fields of a row that hold something, by form; a box that is not ticked is nothing."""
    filled: dict[str, list[str]] = {}
    for name, field in layout.plain.items():
        if name != layout.record and row[layout.at[name]].strip():
            filled.setdefault(field.form, []).append(name)
    for base, columns in layout.checkboxes.items():
        for position, _ in columns:
            text = row[position].strip()
            if text in _CHECKED:
                filled.setdefault(dictionary.fields[base].form, []).append(base)
            elif text not in _UNCHECKED:
                message = "a checkbox is 0 or 1, Checked or Unchecked"
                problems.add(export.file, export.lines[at], export.header[position], text, message)
    return filled


def _count(notes: dict[tuple[str, str], int], place: str, why: str) -> None:
    notes[(place, why)] = notes.get((place, why), 0) + 1


def _table(
    form: str,
    mine: list[int],
    export: TextTable,
    dictionary: Dictionary,
    layout: _Layout,
    codes: dict[str, Callable[[str], str]],
) -> SourceTable:
    """Rows of one form with the keys of the record."""
    fields: dict[str, list[str]] = {}
    for name in (layout.record, EVENT, INSTANCE):
        if name in layout.at:
            fields[name] = [export.rows[at][layout.at[name]].strip() for at in mine]
    for name, field in dictionary.fields.items():
        if field.form != form or name in fields:
            continue
        if name in layout.plain:
            position, read = layout.at[name], codes[name]
            fields[name] = [read(export.rows[at][position]) for at in mine]
        elif name in layout.checkboxes:
            columns = layout.checkboxes[name]
            fields[name] = [
                ";".join(code for p, code in columns if export.rows[at][p].strip() in _CHECKED)
                for at in mine
            ]
    return SourceTable(form, export.file, fields, [export.lines[at] for at in mine])
