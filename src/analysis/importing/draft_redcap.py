"""A first mapping of a REDCap project, guessed from the names and labels of its dictionary."""

from __future__ import annotations

import re

from analysis.importing.redcap_dictionary import Dictionary
from analysis.importing.yaml_text import flow, quoted
from schemas.columns import ColumnSpec
from schemas.raw import RAW_TABLES
from schemas.tables import RawTable

TODO = "TODO"


def redcap_lines(dictionary: Dictionary, file: str) -> list[str]:
    """Lines of the draft.

    Parameters
    ----------
    dictionary : Dictionary
    file : str
        Name of the dictionary, which the mapping repeats.
    """
    lines = [
        "# A first mapping, made from the data dictionary. TODO marks what could not be guessed.",
        "# Raw exports of REDCap write dates as YYYY-MM-DD; of other shapes say so with `date`.",
        "kind: redcap",
        f"dictionary: {quoted(file)}",
        "missing_codes: {}",
        "tables:",
    ]
    used: set[str] = set()
    for table in RAW_TABLES.values():
        form = _form_of(table, dictionary)
        if form is None:
            if not table.optional:
                lines.append(f"  # {table.name}: TODO no form looks like it")
            continue
        lines += [f"  {table.name}:", f"    from: {quoted(form)}", "    columns:"]
        for name, spec in table.fields.items():
            lines.append(_line(name, spec, form, table, dictionary, used))
    rest = [one for one in dictionary.fields.values() if one.name not in used][1:]
    if rest:
        lines.append("# Fields that no column above reads:")
        lines += [f"#   {one.form}.{one.name} ({_plain(one.label)})" for one in rest]
    return lines


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:60]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def _form_of(table: RawTable, dictionary: Dictionary) -> str | None:
    """The form with most columns of a table in its fields, if it has two at least."""
    names = set(table.fields) - {"patient_id"}

    def score(form: str) -> tuple[int, int]:
        fields = {one.name for one in dictionary.fields.values() if one.form == form}
        hits = sum(_named(name, table.name, fields) is not None for name in names)
        return (hits + 2 * (form == table.name), len(_words(form) & _words(table.name)))

    best = max(dictionary.forms, key=score, default=None)
    return best if best is not None and score(best)[0] >= 2 else None


def _named(column: str, table: str, fields: set[str]) -> str | None:
    """Field that is called like a column, or like table and column."""
    for name in (column, f"{table}_{column}", column.removesuffix("_date") + "_dt"):
        if name in fields:
            return name
    ends = sorted((name for name in fields if name.endswith(f"_{column}")), key=len)
    # of target_response and non_target_response the shorter is meant
    alone = len(ends) == 1 or (len(ends) > 1 and len(ends[0]) < len(ends[1]))
    return ends[0] if alone else None


def _line(
    name: str,
    spec: ColumnSpec,
    form: str,
    table: RawTable,
    dictionary: Dictionary,
    used: set[str],
) -> str:
    if name == "patient_id":
        return f"      patient_id: {{number: {quoted(dictionary.record)}}}"
    if name == "source_subject_id":
        return f"      source_subject_id: {{field: {quoted(dictionary.record)}}}"
    fields = {one.name for one in dictionary.fields.values() if one.form == form}
    found = _named(name, table.name, fields)
    if found is None:
        if spec.birth:
            return f"      # {name}: optional, no field looks like it"
        return f"      {name}: {{empty: TODO no field looks like it}}"
    used.add(found)
    parts = [f"field: {quoted(found)}"]
    field = dictionary.fields[found]
    if spec.codes and field.choices:
        parts.append(
            f"values: {flow({c: _code(c, label, spec) for c, label in field.choices.items()})}"
        )
    if spec.several and field.kind == "checkbox":
        parts.append('several: ";"')
    return f"      {name}: {{{', '.join(parts)}}}"


def _code(code: str, label: str, spec: ColumnSpec) -> str:
    """Contract code of a choice, by its code or the words of its label."""
    for text in (code, label):
        for known in spec.codes:
            if _words(text.replace("_", " ")) == _words(known.replace("_", " ")):
                return known
    yes_no = {"yes": "Y", "no": "N"}.get(label.strip().lower())
    return yes_no if yes_no in spec.codes else TODO
