"""The data dictionary of a REDCap project: fields, their forms, their choices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from analysis.importing.source import ImportRefusedError, Problems
from analysis.importing.text_table import read_text_table

# How the two exports of a dictionary call the columns that are needed.
_NAMES = {
    "name": ("field_name", "Variable / Field Name"),
    "form": ("form_name", "Form Name"),
    "kind": ("field_type", "Field Type"),
    "label": ("field_label", "Field Label"),
    "choices": (
        "select_choices_or_calculations",
        "Choices, Calculations, OR Slider Labels",
    ),
    "shape": (
        "text_validation_type_or_show_slider_number",
        "Text Validation Type OR Show Slider Number",
    ),
}
_CHOSEN = ("radio", "dropdown", "checkbox")
_FIXED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_NO_DATA = ("descriptive",)


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes
    ----------
    name, form, kind, label, shape : str
        As the dictionary has them; `shape` is the validation type, like ``date_dmy``.
    choices : dict of str to str
        Code -> label; empty where there is nothing to choose.
    missing : tuple of str
        Missing-data codes of the project, allowed in every field.
    """

    name: str
    form: str
    kind: str
    label: str = ""
    shape: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def code_of_column(self, written: str) -> str | None:
        """Code of the choice that a column ``field___code`` is about (REDCap rewrites signs)."""
        for code in self.choices:
            if written in (code, re.sub(r"[^a-z0-9_]", "_", code.lower()), code.lower()):
                return code
        return None


@dataclass(frozen=True)
class Dictionary:
    """All fields, in order; the first is the record id."""

    fields: dict[str, Field]

    @property
    def record(self) -> str:
        """Field of the record id."""
        return next(iter(self.fields))

    @cached_property
    def forms(self) -> list[str]:
        """Forms in order."""
        return list(dict.fromkeys(one.form for one in self.fields.values()))

    @cached_property
    def form_names(self) -> dict[str, str]:
        """Form by its name, and by the label that REDCap makes of it."""
        return {
            name: form for form in self.forms for name in (form, form.replace("_", " ").title())
        }


def read_dictionary(path: Path, encoding: str | None = None) -> Dictionary:
    """Read a data dictionary in either style of header.

    Raises
    ------
    ImportRefusedError
        Naming file and line.
    """
    table = read_text_table(path, encoding)
    at: dict[str, int] = {}
    for what, names in _NAMES.items():
        there = [name for name in names if name in table.header]
        if there:
            at[what] = table.header.index(there[0])
        elif what in ("name", "form", "kind"):
            raise ImportRefusedError(
                f"{path.name}, line 1: no column {names[0]} (or '{names[1]}'); "
                "is this the data dictionary?"
            )
    problems = Problems()
    fields: dict[str, Field] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        cells = {what: row[position].strip() for what, position in at.items()}
        if not cells["name"] or cells["kind"] in _NO_DATA:
            continue
        if cells["name"] in fields:
            problems.add(path.name, line, cells["name"], "", "the field stands twice")
        choices = _FIXED.get(cells["kind"], {})
        if cells["kind"] in _CHOSEN:
            choices = _choices(cells.get("choices", ""), path.name, line, cells["name"], problems)
        fields[cells["name"]] = Field(
            cells["name"],
            cells["form"],
            cells["kind"],
            cells.get("label", ""),
            cells.get("shape", ""),
            choices,
        )
    if not fields:
        problems.add(path.name, None, "", "", "holds no field")
    problems.refuse()
    return Dictionary(fields)


def _choices(text: str, file: str, line: int, name: str, problems: Problems) -> dict[str, str]:
    """Choices as REDCap writes them: ``1, female | 2, male``."""
    found: dict[str, str] = {}
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        if not comma or not code.strip():
            problems.add(file, line, name, part.strip(), "a choice is written `code, label`")
            continue
        if code.strip() in found:
            problems.add(file, line, name, code.strip(), "the code stands twice")
        found[code.strip()] = label.strip()
    return found
