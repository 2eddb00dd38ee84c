"""What cannot be read has one finding: nothing is concluded from it, and nothing crashes on it."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import shutil

import pytest

from analysis.datasets.build import validate_cut
from analysis.extracts import Extracts, read_extracts, read_table
from analysis.findings import Findings
from analysis.sap import read_study
from analysis.simulation import simulate
from analysis.simulation.plant_errors import plant_errors
from analysis.validation import validate
from schemas.raw import RAW_TABLES
from schemas.terminology import PROMIS29_ITEMS, REQUIRED_TABLES
from tests.extracts_factory import CUT, shipped_rules
from tests.study_folder import with_plan
from tests.validation.rule_cases import cases, given_extracts

# Rules about a whole file; every other finding has a line.
WITHOUT_LINE = {"promis29.printed_order", "encoding.byte_order_mark"}

# --- one wrong cell, one finding -----------------------------------------------------------------
ONE = cases(
    """
    code.unknown      | disposition:3 event=Death                    | disposition:3 event
    code.unknown      | disposition:4 event=Withdrawal               | disposition:4 event
    code.unknown      | disposition:5 event=lost                     | disposition:5 event
    required.empty    | disposition:3 event=                         | disposition:3 event
    type.partial_date | disposition:3 event_date=20.06.2023          | disposition:3 event_date
    code.unknown      | treatments:4 therapy_class=Radiotherapy      | treatments:4 therapy_class
    code.unknown      | treatments:2 therapy_class=Targeted          | treatments:2 therapy_class
    required.empty    | treatments:2 therapy_class=                  | treatments:2 therapy_class
    type.date         | treatments:6 start_date=03/04/2023           | treatments:6 start_date
    type.date         | treatments:2 end_date=15/10/2023             | treatments:2 end_date
    code.unknown      | treatments:4 local_reason=Symptom            | treatments:4 local_reason
    code.unknown      | sequencing:5 qc_status=FAIL                  | sequencing:5 qc_status
    code.unknown      | sequencing:2 qc_status=passed                | sequencing:2 qc_status
    code.unknown      | mtb_decisions:3 decision=Declined            | mtb_decisions:3 decision
    code.unknown      | mtb_recommendations:2 evidence_system=Escat  | mtb_recommendations:2 evidence_system
    code.unknown      | tumour_lesions:2 lesion_role=Target          | tumour_lesions:2 lesion_role
    code.unknown      | tumour_lesions:4 status=Measured             | tumour_lesions:4 status
    code.unknown      | tumour_lesions:14 nodal=n                    | tumour_lesions:14 nodal
    type.number       | tumour_lesions:4 diameter_mm=18mm            | tumour_lesions:4 diameter_mm
    range.value       | tumour_lesions:4 diameter_mm=-18             | tumour_lesions:4 diameter_mm
    type.date         | tumour_lesions:2 assessment_date=2023-1      | tumour_lesions:2 assessment_date
    code.unknown      | tumour_responses:4 overall_response=pr       | tumour_responses:4 overall_response
    code.unknown      | tumour_responses:4 assessor=Investigator     | tumour_responses:4 assessor
    type.date         | tumour_responses:10 assessment_date=25.7.23  | tumour_responses:10 assessment_date
    code.unknown      | adverse_events:5 outcome=Fatal               | adverse_events:5 outcome
    code.unknown      | adverse_events:4 serious=yes                 | adverse_events:4 serious
    code.unknown      | follow_up:2 vital_status=Alive               | follow_up:2 vital_status
    type.date         | follow_up:2 contact_date=2023-11             | follow_up:2 contact_date
    # A pseudonym of the wrong shape is not looked up as well.
    type.pattern      | ecog:2 patient_id=X1                         | ecog:2 patient_id
    type.pattern      | follow_up:4 patient_id=4                     | follow_up:4 patient_id
    type.pattern      | promis29:3 patient_id=P1                     | promis29:3 patient_id
    type.pattern      | sequencing:6 patient_id=p004                 | sequencing:6 patient_id
    type.pattern      | mtb_decisions:3 patient_id=P0020000002       | mtb_decisions:3 patient_id
    # Whose rows these are is not known, so that nobody is without them.
    type.pattern      | patients:3 patient_id=P2                     | patients:3 patient_id
    type.pattern      | disposition:3 patient_id=002                 | disposition:3 patient_id
    type.pattern      | ecog:6 patient_id=p002                       | ecog:6 patient_id
    type.pattern      | adverse_events:6 patient_id=p003             | adverse_events:6 patient_id
    type.pattern      | treatments:3 patient_id=P-002                | treatments:3 patient_id
    type.pattern      | tumour_lesions:4 patient_id=1                | tumour_lesions:4 patient_id
    type.pattern      | tumour_responses:4 patient_id=1              | tumour_responses:4 patient_id
    type.integer      | sequencing:2 profile_number=first            | sequencing:2 profile_number
    type.date         | sequencing:2 report_date=pending             | sequencing:2 report_date
    """
)


@pytest.mark.parametrize(("rule", "given", "found"), ONE)
def test_a_wrong_cell_brings_no_second_finding(rule, given, found, tmp_path):
    extracts, findings, _ = given_extracts(given, tmp_path)
    findings.extend(validate(extracts, CUT, shipped_rules()))
    rows = findings.frame()
    places = rows["file"].str.removesuffix(".csv") + ":" + rows["line"].astype(str)
    assert list(zip(rows["rule"], places + " " + rows["column"], strict=True)) == [(rule, found)]


def test_as_many_orphans_as_keys_that_cannot_be_read_may_be_theirs(tmp_path):
    given = "patients:3 patient_id=P2 / +ecog:2 patient_id=P888"
    extracts, _, _ = given_extracts(given, tmp_path)
    rows = validate(extracts, CUT, shipped_rules()).frame()
    orphans = rows.loc[rows["rule"].eq("key.orphan"), "patient_id"]
    assert set(orphans) == {"P002", "P888"}


def test_a_code_unknown_in_a_plain_frame_decides_nothing_either(tmp_path):
    extracts, _, _ = given_extracts("disposition:3 event=Death", tmp_path)
    assert validate(dict(extracts), CUT, shipped_rules()).frame().empty


CONDITIONS = {
    "sequencing:2 qc_fail_reason=technical": "qc_fail_reason is technical, but quality control did not fail; empty it.",
    "treatments:2 local_reason=symptom": "local_reason is symptom, but the therapy is neither radiotherapy nor surgery; empty it.",
    "disposition:2 cause=disease": "cause is disease, but the event is not a death; empty it.",
    "disposition:3 vital_status_consent=Y": "vital_status_consent is Y, but the event is not a withdrawal; empty it.",
    "disposition:4 vital_status_consent=": "vital_status_consent is empty; it is required because the event is a withdrawal.",
    "treatments:2 end_date=": "stop_reason is progression, but the regimen has no end date: empty it (ongoing), give the end, or write unknown (the end is not known).",
}


@pytest.mark.parametrize("given", CONDITIONS)
def test_a_condition_is_told_in_a_whole_sentence(given, tmp_path):
    extracts, _, _ = given_extracts(given, tmp_path)
    found = validate(extracts, CUT, shipped_rules()).frame()
    assert found["message"].tolist() == [CONDITIONS[given]]


# --- levels of evidence --------------------------------------------------------------------------
LEVELS = {
    # system, level: what is suggested
    ("OncoKB", "1"): "was LEVEL_1 meant?",
    ("OncoKB", "3A"): "was LEVEL_3A meant?",
    ("OncoKB", "Level 3b"): "was LEVEL_3B meant?",
    ("ESCAT", "IIB"): "was II-B meant?",
    ("ESCAT", "Tier I-A"): "was I-A meant?",
    ("ESCAT", "III"): "was III-A or III-B meant?",
    ("AMP", "Tier 1"): "it has I-A, I-B, II-C, II-D, III, IV",
}


@pytest.mark.parametrize(("system", "level"), LEVELS)
def test_a_level_out_of_the_vocabulary_is_doubted_and_the_nearest_named(system, level, tmp_path):
    given = f"mtb_recommendations:2 evidence_system={system}; evidence_level={level}"
    extracts, _, _ = given_extracts(given, tmp_path)
    findings = validate(extracts, CUT, shipped_rules())
    row = findings.frame().iloc[0]
    assert not findings.has_errors and len(findings) == 1
    assert (row["rule"], row["value"]) == ("code.evidence_level", level)
    hint = f"is no known level of {system} ({LEVELS[system, level]})"
    assert row["message"] == f"'{level}' {hint}; it counts as not assigned."


# --- a column that is absent ---------------------------------------------------------------------
@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A small registry with one of each kind of error, read once."""
    folder = with_plan(tmp_path_factory.mktemp("planted"))
    simulate(folder, patients=12, cuts=("DC04",), clean=True)
    listing = plant_errors(folder / "data" / "raw" / "DC04", seed=1)
    study = read_study(folder, "DC04")
    return study, read_extracts(study.raw)[0], listing


def rename_column(path, column):
    header, rest = path.read_text(encoding="utf-8-sig").split("\n", 1)
    names = ["renamed" if name == column else name for name in header.split(",")]
    return f"{','.join(names)}\n{rest}"


@pytest.mark.parametrize("name", REQUIRED_TABLES)
def test_any_column_may_be_called_otherwise(planted, name, tmp_path):
    study, extracts, _ = planted
    table = RAW_TABLES[name]
    first_of_domain = dict(reversed([(of, item) for item, of in PROMIS29_ITEMS.items()])).values()
    alike = set(PROMIS29_ITEMS) - set(first_of_domain)
    for column in (name for name in table.required_columns if name not in alike):
        text = rename_column(study.raw / table.file, column)
        (tmp_path / table.file).write_text(text, encoding="utf-8")
        changed, findings = Extracts(), Findings()
        changed.update(extracts)
        changed.damage.update(extracts.damage)
        read_table(tmp_path, table, changed, findings)
        findings.extend(validate(changed, study.cut, study.rules))
        rows = findings.frame()
        assert findings.has_errors, column
        missing = rows[rows["rule"].eq("column.missing")]
        assert missing["column"].tolist() == [column]
        assert rows["file"].ne("").all() and rows["message"].ne("").all(), column
        assert set(rows.loc[rows["line"].isna(), "rule"]) <= WITHOUT_LINE, column


@pytest.mark.parametrize(
    ("table", "column", "rule", "patient", "message"),
    [
        # Without the patient the finding stands alone, by its line.
        ("adverse_events", "patient_id", "adverse_event.unknown_term", "", "'Anaemia' is not a term of CTCAE v5.0; was 'Anemia' meant."),
        ("sequencing", "test_id", "molecular.second_profile_without_first", "the planted", "Test (not given) is a second profile; patient {patient} has no first one."),
    ],
)  # fmt: skip
def test_a_finding_is_told_without_the_cells_that_are_absent(
    planted, tmp_path, table, column, rule, patient, message
):
    study, _, listing = planted
    if patient:
        patient = listing.loc[listing["rule"].eq(rule), "patient_id"].iloc[0]
    folder = with_plan(tmp_path)
    shutil.copytree(study.raw, folder / "data" / "raw" / "DC04")
    shutil.copytree(study.raw.parents[2] / "params" / "cuts", folder / "params" / "cuts")
    path = folder / "data" / "raw" / "DC04" / f"{table}.csv"
    path.write_text(rename_column(path, column), encoding="utf-8")
    outcome = validate_cut(folder, "DC04")
    assert outcome.exit_status == 1
    rows = outcome.findings.frame()
    row = rows[rows["rule"].eq(rule)].iloc[0]
    assert (row["patient_id"], row["message"]) == (patient, message.format(patient=patient))
    assert (folder / "reports" / "DC04" / "findings.csv").is_file()
