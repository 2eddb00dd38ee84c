"""The extracts of a registry as a REDCap project would export them: our own writer, for tests.

Patients stand in the event of enrolment, ECOG is a repeating event, every other table a repeating
instrument. Codes are numbered choices, the criteria of seriousness are checkboxes.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from schemas.raw import RAW_TABLES

RECORD = "record_id"
KEYS = ["redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
ENROLMENT, COURSE, VISIT = "enrolment_arm_1", "course_arm_1", "visit_arm_1"
CHECKBOX = ("adverse_events", "serious_criterion")


def field_name(table: str, column: str) -> str:
    return f"{table[:9]}_{column}"


def choices(spec) -> dict[str, str]:
    """Numbered choices: number -> code."""
    return {str(number): code for number, code in enumerate(spec.codes, start=1)}


@dataclass
class Project:
    """Rows, dictionary and mapping of a project; tests damage them before they are written."""

    header: list[str]
    rows: list[dict[str, str]]
    dictionary: list[dict[str, str]]
    mapping: dict
    labels: bool = False
    separator: str = ","
    encoding: str = "utf-8"
    dictionary_header: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write export, dictionary and mapping; return export and mapping."""
        export = folder / "export.csv"
        export.write_bytes(self.text().encode(self.encoding))
        text = _csv(self.dictionary, list(self.dictionary[0]), ",")
        (folder / "dictionary.csv").write_text(text, encoding="utf-8", newline="")
        mapping = folder / "mapping.yaml"
        mapping.write_text(yaml.safe_dump(self.mapping, sort_keys=False), encoding="utf-8")
        return export, mapping

    def text(self) -> str:
        return _csv(self.rows, self.header, self.separator)

    def row(self, instrument: str, number: int = 0) -> dict[str, str]:
        """A row of an instrument (empty: of patients)."""
        mine = [row for row in self.rows if row["redcap_repeat_instrument"] == instrument]
        return mine[number]


def _csv(rows: list[dict[str, str]], header: list[str], separator: str) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, header, restval="", delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def project(extracts: Path, labels: bool = False) -> Project:
    """A project with everything in a folder of extracts."""
    header = [RECORD, *KEYS]
    rows: list[dict[str, str]] = []
    tables: dict[str, dict] = {}
    dictionary = [_entry(RECORD, "patients", "text")]
    for name, table in RAW_TABLES.items():
        path = extracts / table.file
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            received = list(csv.DictReader(file))
            columns = list(received[0]) if received else []
        tables[name] = _columns(name, columns, header, dictionary)
        counted: dict[str, int] = {}
        for row in received:
            patient = row["patient_id"]
            counted[patient] = counted.get(patient, 0) + 1
            rows.append(_row(name, row, counted[patient], labels))
    dictionary.sort(key=lambda entry: list(RAW_TABLES).index(entry["form_name"]))
    rows.sort(key=lambda row: (row[RECORD], row["redcap_event_name"] != ENROLMENT))
    mapping = {"kind": "redcap", "dictionary": "dictionary.csv", "tables": tables}
    return Project(header, rows, dictionary, mapping, labels)


def _entry(name: str, form: str, kind: str, listed: str = "") -> dict[str, str]:
    return {
        "field_name": name,
        "form_name": form,
        "field_type": kind,
        "field_label": name.replace("_", " "),
        "select_choices_or_calculations": listed,
        "text_validation_type_or_show_slider_number": "",
    }


def _columns(table: str, columns: list[str], header: list[str], dictionary: list) -> dict:
    """Header and dictionary of a table grow; its block of the mapping is returned."""
    block: dict = {"from": table, "columns": {"patient_id": {"field": RECORD}}}
    for column in columns:
        if column == "patient_id":
            continue
        name, spec = field_name(table, column), RAW_TABLES[table].fields[column]
        coded = choices(spec)
        listed = " | ".join(f"{number}, {code}" for number, code in coded.items())
        if (table, column) == CHECKBOX:
            header += [f"{name}___{number}" for number in coded]
            dictionary.append(_entry(name, table, "checkbox", listed))
            block["columns"][column] = {"field": name, "several": ";", "values": coded}
        elif coded:
            header.append(name)
            dictionary.append(_entry(name, table, "radio", listed))
            block["columns"][column] = {"field": name, "values": coded}
        else:
            header.append(name)
            dictionary.append(_entry(name, table, "text"))
            block["columns"][column] = {"field": name}
    return block


def _row(table: str, row: dict[str, str], instance: int, labels: bool) -> dict[str, str]:
    made = {RECORD: row["patient_id"]}
    if table == "patients":
        made |= {"redcap_event_name": ENROLMENT, "redcap_repeat_instrument": ""}
    elif table == "ecog":
        made |= {"redcap_event_name": VISIT, "redcap_repeat_instrument": ""}
        made["redcap_repeat_instance"] = str(instance)
    else:
        made |= {"redcap_event_name": COURSE, "redcap_repeat_instrument": table}
        made["redcap_repeat_instance"] = str(instance)
    for column, text in row.items():
        if column == "patient_id":
            continue
        name, spec = field_name(table, column), RAW_TABLES[table].fields[column]
        numbers = {code: number for number, code in choices(spec).items()}
        if (table, column) == CHECKBOX:
            ticked = text.split(";")
            yes, no = ("Checked", "Unchecked") if labels else ("1", "0")
            for code, number in numbers.items():
                made[f"{name}___{number}"] = yes if code in ticked else no
        elif numbers:
            made[name] = text if labels else numbers.get(text, "")
        else:
            made[name] = text
    return made
