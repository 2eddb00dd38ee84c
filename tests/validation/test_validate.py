"""The catalogue is complete, no finding is a consequence of another, planted errors are found."""

import ast
import shutil
from pathlib import Path

import pytest

from analysis.extracts import read_extracts
from analysis.simulation.plant_errors import FILE_ERRORS, plant_errors, plant_file_error
from analysis.validation import RULES, catalogue, validate
from tests.extracts_factory import CUT, change, shipped_rules, tiny_study, write_extracts
from tests.validation import test_cells, test_clinical, test_dates, test_keys, test_tumour

PLACE = ["rule", "file", "line", "column"]
# Rules of whole files are in tests/test_extracts.py; this one needs many forms (test_promis29.py).
ELSEWHERE = {"promis29.printed_order"}
# These are about a table without a row, and what the plan says of it (test_empty_tables.py).
OF_TABLES = {"extract.empty_table", "extract.declared_not_collected"}
ELSEWHERE |= OF_TABLES
# By the plan, in a table that not every registry has, or in scans that are dated in all extracts:
# tests/datasets/test_other_registries.py.
NOT_PLANTED = {
    "column.ignored",
    "code.reported_value",
    "scan_date.day_missing",
    "scan_date.day_decides",
}
ELSEWHERE |= {"column.ignored"}
REFERRED_TO = (
    "patients",
    "biopsies",
    "sequencing",
    "mtb_reviews",
    "treatments",
    "tumour_lesions",
    "disposition",
)


def all_findings(folder):
    frames, findings = read_extracts(folder)
    findings.extend(validate(frames, CUT, shipped_rules()))
    return findings.frame()


def places(rows):
    return set(map(tuple, rows[PLACE].astype(str).to_numpy()))


def test_tiny_study_breaks_no_rule(tmp_path):
    assert all_findings(write_extracts(tmp_path)).empty


def test_every_rule_has_a_positive_case():
    tables = [
        value
        for module in (test_cells, test_clinical, test_dates, test_keys, test_tumour)
        for value in vars(module).values()
        if isinstance(value, list) and value and isinstance(value[0], tuple)
    ]
    covered = {rule for table in tables for rule, _, found in table if found != "-"}
    tree = ast.parse((Path(__file__).parents[1] / "test_extracts.py").read_text())
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set(RULES) - covered - {word for word in words if isinstance(word, str)} == ELSEWHERE


def test_ids_are_family_and_name_and_sentences_end():
    for rule in RULES.values():
        assert rule.id.count(".") == 1 and rule.id == rule.id.lower()
        assert rule.severity in ("error", "warning")
        assert rule.sentence.endswith(".")


def test_the_rendered_catalogue_is_the_one_of_the_code():
    assert catalogue.PATH.read_text(encoding="utf-8") == catalogue.render(), (
        "stale: run python -m analysis.validation.catalogue"
    )


# --- consequences --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", REFERRED_TO)
def test_an_unreadable_table_brings_no_errors_elsewhere(name, tmp_path):
    write_extracts(tmp_path)
    (tmp_path / f"{name}.csv").write_bytes(b"")
    rows = all_findings(tmp_path)
    assert rows[rows["severity"].eq("error")]["rule"].tolist() == ["file.empty"]


@pytest.mark.parametrize("name", ["patients", "treatments", "disposition"])
def test_a_missing_column_brings_no_errors_elsewhere(name, tmp_path):
    write_extracts(tmp_path)
    path = tmp_path / f"{name}.csv"
    rows = [line.partition(",")[2] for line in path.read_text().splitlines()]
    path.write_text("".join(f"{row}\n" for row in rows))
    rows = all_findings(tmp_path)
    errors = rows[rows["severity"].eq("error")]
    assert errors[["rule", "column"]].values.tolist() == [["column.missing", "patient_id"]]


def test_a_row_cut_short_makes_no_orphans(tmp_path):
    write_extracts(tmp_path)
    path = tmp_path / "patients.csv"
    path.write_text(path.read_text().replace(",1960,female", ""))
    rows = all_findings(tmp_path)
    assert rows[rows["severity"].eq("error")]["rule"].tolist() == ["row.ragged"]


def test_validation_leaves_its_input_alone(tmp_path):
    frames, _ = read_extracts(write_extracts(tmp_path))
    before = {name: frame.copy(deep=True) for name, frame in frames.items()}
    validate(frames, CUT, shipped_rules())
    assert all(frames[name].equals(frame) for name, frame in before.items())


def test_a_plain_dict_of_frames_will_do(tmp_path):
    frames, _ = read_extracts(write_extracts(tmp_path))
    assert validate(dict(frames), CUT, shipped_rules()).frame().empty


# --- hostile text --------------------------------------------------------------------------------
def test_free_text_cannot_become_a_formula_or_a_message_of_its_own(tmp_path):
    study = change(tiny_study(), "adverse_events", 2, term="=cmd|' /C calc'!A0{patient_id}")
    write_extracts(tmp_path, change(study, "patients", 2, site_id="{0}", diagnosis="{x}"))
    frames, findings = read_extracts(tmp_path)
    findings.extend(validate(frames, CUT, shipped_rules()))
    rows = findings.frame()
    assert rows["rule"].tolist() == ["adverse_event.unknown_term", "type.pattern"]
    findings.to_csv(tmp_path / "findings.csv")
    assert ",=cmd" not in (tmp_path / "findings.csv").read_text()


# --- planted errors ------------------------------------------------------------------------------
def many_tiny_studies(copies):
    """Several tiny studies as one: patients and identifiers numbered on."""
    merged = {name: [] for name in tiny_study()}
    for copy in range(copies):
        for name, rows in tiny_study().items():
            for row in rows:
                named = {
                    column: f"{value}x{copy}"
                    if column.endswith("_id") and column not in ("patient_id", "site_id") and value
                    else value
                    for column, value in row.items()
                }
                named["patient_id"] = f"P{copy:03}{row['patient_id'][-1]}"
                merged[name].append(named)
    return merged


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return write_extracts(tmp_path_factory.mktemp("clean") / "raw", many_tiny_studies(8))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_planted_error_is_found_and_none_besides(clean, tmp_path, seed):
    folder = shutil.copytree(clean, tmp_path / "raw")
    planted = plant_errors(folder, seed)
    assert set(planted["rule"]) | set(FILE_ERRORS) | OF_TABLES | NOT_PLANTED == set(RULES)
    assert places(all_findings(folder)) == places(planted)


def test_the_same_seed_plants_the_same(clean, tmp_path):
    folders = [shutil.copytree(clean, tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        plant_errors(folder, 3)
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


@pytest.mark.parametrize("rule", FILE_ERRORS)
def test_every_planted_file_error_is_found(rule, tmp_path):
    planted = plant_file_error(write_extracts(tmp_path), rule)
    assert places(read_extracts(tmp_path)[1].frame()) == places(planted)
