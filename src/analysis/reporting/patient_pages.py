"""The page of a patient: a timeline, every fact with its raw cell, and which cells count whom.

For those who may see patients: a report shares its folder with its listings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.characters import visible
from analysis.reporting.rendering import html_made_by_us, render_template
from analysis.sap import Study
from analysis.tabulation.groups import GROUP_LABELS
from analysis.tracing.raw_rows import RawFiles
from analysis.tracing.story import Stories, Story

FOLDER = "patients"
_WIDTH, _LEFT, _RIGHT, _LANE = 960, 110, 16, 30
#: Lanes of the timeline: extracts, mark and colour of each; regimens are bars.
_LANES = (
    ("Work-up", ("patients", "biopsies", "sequencing", "mtb_reviews", "mtb_decisions"), "#0072B2"),
    ("Treatment", ("treatments",), "#009E73"),
    ("Scans", ("tumour_responses",), "#D55E00"),
    ("Adverse events", ("adverse_events",), "#CC79A7"),
    ("PROMIS, ECOG", ("promis29", "ecog"), "#7f7f7f"),
    ("Contact, end", ("follow_up", "disposition"), "#1b1b1b"),
)
_BEFORE = 45  # days before consent with which the timeline begins
_CELL = ("analysis_id", "group", "visit", "parameter", "category")


@dataclass(frozen=True)
class Told:
    """One fact as the page shows it."""

    day: str
    study_day: str
    words: str
    place: str
    late: bool


def write_patient_pages(
    folder: Path, study: Study, members: pd.DataFrame, places: dict[str, dict[str, str]],
    shared: dict[str, Any],
) -> None:  # fmt: skip
    """Write one page for each patient of a cut into ``patients/``.

    Parameters
    ----------
    folder : Path
        Of the report.
    study : Study
        Opened for the cut.
    members : DataFrame
        Who is counted where, as in ``members.parquet``.
    places : dict
        Page and title of each output by its id.
    shared : dict
        What all pages of the cut say.
    """
    stories = Stories(study)
    counted = {str(who): rows for who, rows in members.groupby("USUBJID", sort=True)}
    ids = patients_of(study)
    (folder / FOLDER).mkdir(exist_ok=True)
    for place, patient in enumerate(ids):
        story = stories.of(patient)
        text = render_template(
            "patient.html.j2",
            title=f"Patient {patient}",
            current="patients",
            contents=(),
            up="../",
            patient=patient,
            before=ids[place - 1] if place else "",
            after=ids[place + 1] if place + 1 < len(ids) else "",
            timeline=html_made_by_us(timeline(story, study.cut.clinical_cutoff)),
            facts=list(told(story)),
            verdicts=[visible(verdict.words) for verdict in story.verdicts],
            sums=_sums(stories, patient),
            outputs=cells_of(counted.get(patient), places),
            **{k: v for k, v in shared.items() if k not in ("up", "search_index")},
        )
        (folder / FOLDER / f"{patient}.html").write_text(text, encoding="utf-8", newline="\n")


def patients_of(study: Study) -> list[str]:
    """Ids of all patients who have a raw row to tell of, the screen failures among them."""
    import pyarrow.parquet as pq

    ids = pq.read_table(study.derived / "adsl.parquet", columns=["USUBJID"])["USUBJID"]
    told = RawFiles(study.raw)
    return [who for who in sorted(set(ids.to_pylist())) if told.of_patient("patients", who)]


def _sums(stories: Stories, patient: str) -> list[dict[str, str]]:
    """Sum of the target lesions at each scan, with its change."""
    found = []
    for row in stories.analysis_rows("adtr", patient):
        if row.get("PARAMCD") == "SUMDIAM" and "AVAL" in row:
            change = row.get("PCHG")
            found.append(
                {
                    "day": str(row.get("ADT", "")),
                    "sum": f"{row['AVAL']:g}",
                    "change": "" if change is None else f"{change:+.1f}",
                }
            )
    return sorted(found, key=lambda line: line["day"])


def told(story: Story) -> Iterator[Told]:
    """The facts of a story, with the day counted from consent."""
    start = _day_of(next((f.day for f in story.facts if f.words == "Consent"), ""))
    for fact in story.facts:
        day = _day_of(fact.day)
        counted = "" if day is None or start is None else f"{(day - start).days + (day >= start):d}"
        yield Told(
            fact.day, counted, visible(fact.words), visible(fact.place), fact.day > story.cutoff
        )


def _day_of(text: str) -> dt.date | None:
    """A whole date; partial ones have no place on a line of days."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def cells_of(rows: pd.DataFrame | None, places: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Outputs that count a patient, with the cells in words."""
    if rows is None:
        return []
    found = []
    for output, cells in rows.groupby("output_id", sort=False):
        place = places.get(str(output))
        if place is None:
            continue
        lines = [_in_words(cell) for cell in cells[list(_CELL)].itertuples(index=False, name=None)]
        found.append({**place, "cells": sorted(dict.fromkeys(lines))})
    return found


def _in_words(cell: tuple[str, ...]) -> str:
    analysis, group, visit, parameter, category = cell
    named = GROUP_LABELS.get(group, group)
    return " · ".join(filter(None, (parameter, category, visit, named))) or analysis


def timeline(story: Story, cutoff: dt.date) -> str:
    """The timeline as SVG: lanes of marks, regimens as bars, the cutoff as a line."""
    placed = [(day, fact) for fact in story.facts if (day := _day_of(fact.day)) is not None]
    consent = next((day for day, fact in placed if fact.words == "Consent"), None)
    if consent is None:
        return ""
    first = consent - dt.timedelta(days=_BEFORE)
    shown = [(day, fact) for day, fact in placed if day >= first]
    last = max([day for day, _ in shown] + [cutoff])
    scale = (_WIDTH - _LEFT - _RIGHT) / max((last - first).days, 1)

    def x(day: dt.date) -> float:
        return round(_LEFT + (day - first).days * scale, 1)

    height = _LANE * len(_LANES) + 40
    parts = [
        f'<svg class="timeline" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Timeline of patient {escape(story.patient)}; the table below has every day">'
    ]
    for number, (label, tables, colour) in enumerate(_LANES):
        y = _LANE * number + 20
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" class="lane"/>')
        parts.append(f'<text x="0" y="{y + 4}">{escape(label)}</text>')
        facts = [(day, f) for day, f in shown if f.file.removesuffix(".csv") in tables]
        if tables == ("treatments",):
            parts += _bars(facts, x, y, colour, min(cutoff, last))
        else:
            parts += [_mark(fact, x(day), y, colour) for day, fact in facts]
    parts += _axis(consent, last, x, height)
    at = x(cutoff)
    parts.append(f'<line x1="{at}" x2="{at}" y1="6" y2="{height - 22}" class="cutoff"/>')
    return "".join([*parts, "</svg>"])


def _mark(fact: Any, x: float, y: int, colour: str) -> str:
    title = f"<title>{escape(visible(f'{fact.day} {fact.words}'))}</title>"
    shape = f'<circle cx="{x}" cy="{y}" r="4.5" fill="{colour}">{title}</circle>'
    if fact.file == "tumour_responses.csv" and fact.value:
        return f'{shape}<text x="{x}" y="{y - 7}" class="code">{escape(fact.value)}</text>'
    return shape


def _bars(facts: list, x: Any, y: int, colour: str, until: dt.date) -> list[str]:
    """Regimens from first to last dose; one that goes on runs to the cutoff."""
    ends = {(f.line): day for day, f in facts if f.words.startswith("Last dose")}
    bars = []
    for day, fact in facts:
        if fact.words.startswith("Last dose"):
            continue
        end = ends.get(fact.line, until)
        width = max(round(x(max(end, day)) - x(day), 1), 3)
        title = f"<title>{escape(visible(f'{fact.day} {fact.words}'))}</title>"
        bars.append(
            f'<rect x="{x(day)}" y="{y - 6}" width="{width}" height="12" rx="2" '
            f'fill="{colour}" fill-opacity="0.75">{title}</rect>'
        )
    return bars


def _axis(consent: dt.date, last: dt.date, x: Any, height: int) -> list[str]:
    """Months from consent below the lanes."""
    months = max((last - consent).days // 30, 1)
    step = 3 if months <= 24 else 6 if months <= 60 else 12
    marks = []
    for month in range(0, months + 1, step):
        at = x(consent + dt.timedelta(days=round(month * 30.4375)))
        marks.append(f'<text x="{at}" y="{height - 6}" class="code">{month}</text>')
    marks.append(f'<text x="0" y="{height - 6}">Months</text>')
    return marks
