"""`registry restate`: today's rules and code on the data of a locked cut, beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.changes.headlines import headline_rows
from analysis.changes.split import split_estimates
from analysis.csv_writer import safe, write_csv
from analysis.errors import InputError, ParameterError
from analysis.hybrids.derive import Hybrid, derive_all
from analysis.replacing import aside, put_in_place
from analysis.reporting import staleness
from analysis.reporting.changes_between import (
    locked_numbers,
    previous_findings,
    read_cut_extracts,
)
from analysis.reporting.lock import study_lock
from analysis.reporting.parts import read_estimates
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project
from analysis.sap import Study, read_study
from analysis.wording import counted

ESTIMATES, DIFFERENCES = "estimates.csv", "differences.csv"


@dataclass(frozen=True)
class Restated:
    """Numbers of a locked cut under today's rules and code.

    Attributes
    ----------
    folder : Path
        ``reports/<CUT>-restated``.
    differences : DataFrame
        As ``changes/estimates.csv``, the numbers that differ only; all parts are rule changes.
    lines : tuple of str
        What to say.
    """

    folder: Path
    differences: pd.DataFrame = field(repr=False)
    lines: tuple[str, ...]


def restate_cut(root: Path, cut: str, progress: Progress) -> Restated:
    """Make the numbers of a locked cut under the rules of today; the cut stays as it is.

    Parameters
    ----------
    root : Path
        Study folder.
    cut : str
        Locked.
    progress : Progress

    Raises
    ------
    ParameterError
        If the cut is not locked.
    InputError
        If its extracts have errors under the rules of today.
    """
    locked = read_study(root, cut)
    if locked.lock is None:
        raise ParameterError(
            f"{cut} is not locked: `registry run {cut}` makes it under the rules of today"
        )
    today = read_study(root, cut, as_locked=False)
    with study_lock(root, f"registry restate {cut}", tell=progress.say):
        received, wrong = read_cut_extracts(today, today.rules, cut)
        if wrong:
            raise InputError(wrong)
        before = previous_findings(root, today)
        hybrids = {"rules": Hybrid(received, today.cut, today.rules, today.sap, before)}
        old, gone = read_cut_extracts(locked, locked.rules, cut)
        if not gone:
            hybrids["code"] = Hybrid(old, locked.cut, locked.rules, today.sap, before)
        made = {name: table for name, (_, table) in derive_all(hybrids, 2).items()}
        published = _locked_numbers(locked)
        known = made.get("code") if published is None else published
        states = {"published": known, "code": made.get("code"), "rules": made["rules"]}
        table = split_estimates(states)
        differ = table[table["old"].ne(table["new"])].reset_index(drop=True)
        folder = locked.reports.with_name(f"{cut}-restated")
        built = aside(folder)
        built.mkdir(parents=True, exist_ok=True)
        restated = made["rules"]
        assert restated is not None
        write_csv(restated, built / ESTIMATES)
        write_csv(safe(differ), built / DIFFERENCES)
        put_in_place(built, folder)
    return Restated(folder, differ, tuple(_lines(locked, today, table, differ, published is None)))


def _locked_numbers(study: Study) -> pd.DataFrame | None:
    """The frozen numbers where they lie in the report; None where not."""
    made, _ = staleness.last_numbers(study, Project.installed())
    path = locked_numbers(study, made)
    return None if path is None else read_estimates(path)


def _lines(
    locked: Study, today: Study, table: pd.DataFrame, differ: pd.DataFrame, lost: bool
) -> list[str]:
    cut = locked.cut.cut
    lines = [
        f"{cut}: {counted(len(differ), 'number')} of {len(table)} differ from the locked ones "
        "under the rules and the code of today."
    ]
    was, now = locked.rules.model_dump(mode="json"), today.rules.model_dump(mode="json")
    for group in now:
        for name, value in (now[group] or {}).items() if isinstance(now[group], dict) else ():
            before = (was.get(group) or {}).get(name)
            if before != value:
                lines.append(f"Rule {group}.{name}: was {before}, is {value}.")
    if lost:
        lines.append(
            f"The locked numbers are not in reports/{cut}: those of the locked rules under the "
            "code of today stand for them, and a change of code is not told apart."
        )
    for row in headline_rows(differ).to_dict("records"):
        lines.append(f"{row['words']}: was {row['old']}, restated {row['new']}.")
    return lines
