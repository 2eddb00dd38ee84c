"""What `registry trace` prints: text in which nothing is hidden.

The story of a patient needs no pandas, whose import takes as long as the rest; members do.
"""

from __future__ import annotations

from pathlib import Path

from analysis.characters import visible
from analysis.errors import ParameterError
from analysis.sap import Study, read_study
from analysis.tracing.story import patient_story
from analysis.wording import counted


def _derived(root: Path, cut: str) -> Study:
    study = read_study(root, cut)
    if not (study.derived / "adsl.parquet").is_file():
        raise ParameterError(f"{study.derived}: no datasets; `registry run {cut}` makes them")
    return study


def patient_lines(root: Path, cut: str, patient: str, endpoint: str | None) -> list[str]:
    """The story of a patient."""
    story = patient_story(_derived(root, cut), patient, endpoint)
    return [visible(line) for line in story.lines()]


def cell_lines(root: Path, cut: str, output_id: str, cell: dict[str, str | None]) -> list[str]:
    """Who is counted in the cells of an output, and from which rows."""
    from analysis.tracing.members import Members

    members = Members(_derived(root, cut))
    return [visible(line) for line in members.lines(members.of_cell(output_id, **cell))]


def number_lines(root: Path, cut: str, key: str) -> list[str]:
    """A number of the report, and who is behind it."""
    from analysis.tracing.members import Members, number_by_key

    study = _derived(root, cut)
    row, members = number_by_key(study, key)
    value = row["stat"] or row["stat_text"]
    head = f"{key}: {value} {row['unit']}".strip()
    subjects = row["n_subjects"]
    beside = [f"Of {counted(int(subjects), 'patient')}"] if subjects else []
    if members.empty:
        return [head, *beside, "Counts rows, not patients: nobody is a member of it"]
    return [visible(line) for line in (head, *beside, *Members(study).lines(members))]
