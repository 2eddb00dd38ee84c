"""Forty damaged exports: each refused at file, line and field, or imported whole; none is short."""

import csv

import pytest

from analysis.errors import ParameterError
from analysis.importing.run import import_source
from tests.extracts_factory import tiny_study, write_extracts
from tests.importing.redcap_writer import field_name, project

DOSE, TERM = field_name("treatments", "start_date"), field_name("adverse_events", "term")
SEX, GRADE = field_name("patients", "sex"), field_name("adverse_events", "grade")
CRITERION = f"{field_name('adverse_events', 'serious_criterion')}___1"
SITE, ECOG = field_name("patients", "site_id"), field_name("ecog", "ecog")


@pytest.fixture
def made(tmp_path):
    write_extracts(tmp_path / "own", tiny_study())
    return project(tmp_path / "own")


def a_cell(instrument, name, value):
    def damage(made, text):
        made.row(instrument)[name] = value

    return damage


def drop_column(name):
    def damage(made, text):
        made.header.remove(name)
        for row in made.rows:
            row.pop(name, None)

    return damage


def add_column(name, value="x"):
    def damage(made, text):
        made.header.append(name)
        made.rows[0][name] = value

    return damage


def repeat_a_row(made, text):
    made.rows.append(dict(made.row("treatments")))


def in_the_text(change):
    return lambda made, text: change(text)


def in_the_dictionary(**change):
    def damage(made, text):
        made.dictionary[1].update(change)

    return damage


def in_the_mapping(change):
    def damage(made, text):
        change(made.mapping)

    return damage


def _set(path, value):
    def change(mapping):
        *steps, last = path
        for step in steps:
            mapping = mapping[step]
        mapping[last] = value

    return in_the_mapping(change)


COLUMNS = ("tables", "patients", "columns")
SEXES = {"1": "female", "2": "male", "3": "unknown"}
# What is damaged, how, and what the refusal says.
REFUSED = {
    "a date that is none": (a_cell("treatments", DOSE, "2023-02-30"), "treatment_start_date"),
    "a date of Excel": (a_cell("treatments", DOSE, "45123"), "not a date like 2023-05-03"),
    "a date with the day first": (a_cell("treatments", DOSE, "03.05.2023"), "how it is written"),
    "a date without its day": (a_cell("treatments", DOSE, "2023-05"), "needs a whole day"),
    "a choice that does not exist": (a_cell("", SEX, "9"), "no choice of the field"),
    "a label among codes": (a_cell("", SEX, "female"), "the column holds codes"),
    "a number with a comma": (a_cell("adverse_events", GRADE, "2,5"), "say `decimal"),
    "a number in words": (a_cell("adverse_events", GRADE, "two"), "not a number"),
    "half a grade": (a_cell("adverse_events", GRADE, "2.5"), "a whole number"),
    "a box half ticked": (a_cell("adverse_events", CRITERION, "maybe"), "a checkbox is 0 or 1"),
    "no record id": (a_cell("adverse_events", "record_id", ""), "the record id is empty"),
    "a repeat without its number": (
        a_cell("treatments", "redcap_repeat_instance", ""), "has a number"),
    "a repeat of another kind": (
        a_cell("treatments", "redcap_repeat_instance", "first"), "a whole number from 1 on"),
    "a form that does not exist": (
        a_cell("treatments", "redcap_repeat_instrument", "treatment"), "no such form"),
    "a value outside of its form": (
        a_cell("treatments", TERM, "Anemia"), "row of treatments holds a value of adverse"),
    "a row twice": (repeat_a_row, "the same record, event and repeat stand on line"),
    "a column less": (drop_column(DOSE), "has no such field"),
    "a choice of a checkbox less": (drop_column(CRITERION), "columns of the choices 1 are missing"),
    "the record id less": (drop_column("record_id"), "the field of the record id"),
    "the instances less": (drop_column("redcap_repeat_instance"), "redcap_repeat_instance"),
    "a column that nobody knows": (add_column("new_field"), "not in the data dictionary"),
    "a column twice": (
        in_the_text(lambda text: "\r\n".join(f"{row},x" if n else f"{row},{SEX}"
                    for n, row in enumerate(text.split("\r\n")[:-1]))), "the column stands twice"),
    "a column without a name": (
        in_the_text(lambda text: text.replace("record_id,", "record_id,,", 1)), "fields where"),
    "a row cut short": (in_the_text(lambda text: text[:-40]), "cut short"),
    "a comma without quotes": (
        in_the_text(lambda text: text.replace("Anemia", "Anemia, severe", 1)), "fields where"),
    "a quote that is not closed": (
        in_the_text(lambda text: text.replace("Anemia", '"Anemia', 1)), "quote"),
    "another separator inside": (
        in_the_text(lambda text: text.replace(",", ";", 3)), "fields where the header has"),
    "no line at all": (in_the_text(lambda text: ""), "the file is empty"),
    "a workbook": (in_the_text(lambda text: "PK\x03\x04" + text), "is an Excel workbook"),
    "a NUL byte": (in_the_text(lambda text: text.replace("Anemia", "Ane\0mia", 1)), "NUL byte"),
    "headers as labels": (
        in_the_text(lambda text: text.replace("record_id", "Record ID", 1)), "not labels"),
    "a dictionary without forms": (in_the_dictionary(form_name="", field_name=""), SITE),
    "choices without labels": (
        in_the_dictionary(field_type="radio", select_choices_or_calculations="1 | 2"),
        "a choice is written `code, label`"),
    "a mapping of another kind": (_set(("kind",), "sdtm"), "the mapping is of kind sdtm"),
    "a column that the contract lacks": (
        _set((*COLUMNS, "gender"), {"field": SEX}), "patients has no column gender"),
    "a code that the contract lacks": (
        _set((*COLUMNS, "sex", "values"), SEXES | {"1": "woman"}), "'woman' is not one of"),
    "a column still to be decided": (
        _set((*COLUMNS, "stage"), {"empty": "TODO no field looks like it"}), "still says TODO"),
    "a mapping with TODO": (
        _set((*COLUMNS, "sex", "values"), SEXES | {"3": "TODO"}), "still says TODO"),
    "a value without a place": (
        _set((*COLUMNS, "sex", "values"), {"1": "female"}), "not among the values of the mapping"),
    "rows that nobody takes": (
        _set(("tables", "ecog", "where"), {ECOG: ["0"]}), "no block of the mapping takes this row"),
    "a form that the source lacks": (
        _set(("tables", "ecog", "from"), "performance"), "there is no such form or domain"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_its_place_and_nothing_written(made, tmp_path, kind):
    damage, said = REFUSED[kind]
    folder = tmp_path / "import"
    folder.mkdir()
    changed = damage(made, made.text())
    export, mapping = made.write(folder)
    if isinstance(changed, str):
        export.write_bytes(changed.encode())
    with pytest.raises(ParameterError) as refusal:
        import_source("redcap", export, mapping, tmp_path / "DC05")
    assert said in str(refusal.value)
    assert not (tmp_path / "DC05").exists()
    assert not list(tmp_path.glob(".building-*"))


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def empty_repeat(made):
    """A repeating form that was opened and left empty; boxes are 0 (REDCapTidieR #234)."""
    row = {key: value for key, value in made.row("adverse_events").items() if key[:4] != "adve"}
    row |= {name: "0" for name in made.header if "___" in name}
    made.rows.append(row | {"redcap_repeat_instance": "99"})


def repeats_alone(made):
    """Repeats of a record of which no other row is there (REDCapTidieR #200)."""
    made.rows.append(made.row("treatments") | {"record_id": "P099", "redcap_repeat_instance": "1"})


def event_alone(made):
    """An event in which no form was filled."""
    made.rows.append({"record_id": "P001", "redcap_event_name": "closing_arm_1"})


def completed_only(made):
    """Only the state of a form is set, which is no value of it."""
    made.header.append("ecog_complete")
    made.rows.append({"record_id": "P001", "redcap_event_name": "extra_arm_1",
                      "ecog_complete": "2"})  # fmt: skip


def shuffled(made):
    """Rows in another order."""
    made.rows.reverse()


def quoted_line_ends(made):
    """A text of two lines."""
    made.row("adverse_events")[field_name("adverse_events", "verbatim")] = "first\nsecond"


WHOLE = {
    "an empty repeating form": (empty_repeat, {}),
    "repeats without their base row": (repeats_alone, {"treatments": 1}),
    "an event without a form": (event_alone, {}),
    "a form that is only called complete": (completed_only, {}),
    "rows in another order": (shuffled, {}),
    "a text of two lines": (quoted_line_ends, {}),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_imported_whole(made, tmp_path, kind):
    """No row lost, none doubled: as many rows as before, and those that came with the damage."""
    damage, more = WHOLE[kind]
    expected = {name: len(rows) + more.get(name, 0) for name, rows in tiny_study().items()}
    folder = tmp_path / "import"
    folder.mkdir()
    damage(made)
    export, mapping = made.write(folder)
    import_source("redcap", export, mapping, tmp_path / "DC05")
    assert {name: len(rows_of(tmp_path / "DC05", name)) for name in expected} == expected


def test_missing_data_codes_are_missing_or_unknown(made, tmp_path):
    made.row("")[field_name("patients", "metastatic_sites")] = "-999"
    made.row("")[field_name("patients", "diagnosis")] = "UNK"
    made.mapping["missing_codes"] = {"-999": "", "UNK": "unknown"}
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    import_source("redcap", export, mapping, tmp_path / "DC05")
    first = rows_of(tmp_path / "DC05", "patients")[0]
    assert (first["metastatic_sites"], first["diagnosis"]) == ("", "unknown")


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("03.05.2023", {"date": "%d.%m.%Y"}, "2023-05-03"),
        ("05/03/2023", {"date": "%m/%d/%Y"}, "2023-05-03"),
        ("45049", {"date": "excel"}, "2023-05-03"),
        ("45049.75", {"date": "excel"}, "2023-05-03"),
        ("2023-05-03 14:30", {}, "2023-05-03"),
    ],
)
def test_dates_as_they_are_written(made, tmp_path, written, said, expected):
    for row in made.rows:
        if row["redcap_repeat_instrument"] == "treatments":
            row[DOSE] = written
    made.mapping["tables"]["treatments"]["columns"]["start_date"] |= said
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    import_source("redcap", export, mapping, tmp_path / "DC05")
    assert {row["start_date"] for row in rows_of(tmp_path / "DC05", "treatments")} == {expected}


def test_the_report_says_what_became_of_every_field(made, tmp_path):
    made.mapping["tables"].pop("variants")
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    import_source("redcap", export, mapping, tmp_path / "DC05")
    with (tmp_path / "DC05" / "import_report.csv").open(encoding="utf-8") as file:
        report = list(csv.DictReader(file))
    actions = {(row["source"], row["field"]): row["action"] for row in report}
    assert actions[("patients", SEX)] == "recoded"
    assert actions[("patients", SITE)] == "renamed"
    assert {a for (form, _), a in actions.items() if form == "variants"} == {"dropped"}
    patients = [row for row in report if row["field"] == SEX]
    n = str(len(tiny_study()["patients"]))
    assert [(row["rows"], row["values"]) for row in patients] == [(n, n)]
    page = (tmp_path / "DC05" / "import_report.html").read_text(encoding="utf-8")
    assert "Values invented: 0." in page


def test_text_of_patients_is_escaped_on_the_page(made, tmp_path):
    made.mapping["ignored"] = {"x": "<script>alert(1)</script>"}
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    import_source("redcap", export, mapping, tmp_path / "DC05")
    page = (tmp_path / "DC05" / "import_report.html").read_text(encoding="utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_folder_that_no_import_made_is_kept(made, tmp_path):
    out = tmp_path / "DC05"
    out.mkdir()
    (out / "patients.csv").write_text("patient_id\nP001\n")
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    with pytest.raises(ParameterError, match="no import has made"):
        import_source("redcap", export, mapping, out)
    assert (out / "patients.csv").read_text() == "patient_id\nP001\n"


@pytest.mark.parametrize("path", ["../dictionary.csv", "/etc/passwd"])
def test_a_dictionary_elsewhere_is_not_read(made, tmp_path, path):
    made.mapping["dictionary"] = path
    folder = tmp_path / "import"
    folder.mkdir()
    export, mapping = made.write(folder)
    with pytest.raises(ParameterError, match="beside the mapping"):
        import_source("redcap", export, mapping, tmp_path / "DC05")
