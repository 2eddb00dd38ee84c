"""CUT.4: patients whose group, response, times, funnel stage or analysis set changed, and why.

Each mover has the cause whose step changed it and the raw row that decides; where only time passed
(a visit that fell due, follow-up that closed), that is the cutoff of the cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.changes.known import begins
from analysis.changes.records import DELETED
from analysis.datasets import with_screened

MOVER_COLUMNS = (
    "USUBJID",
    "variable",
    "old",
    "new",
    "cause",
    "source_file",
    "source_line",
    "also",
    "source_extract",
)
OLD_EXTRACT, NEW_EXTRACT = "old", "new"
#: Raw tables whose rows decide a variable of ADSL, the nearest first.
_DRIVERS = {
    "ENRLFL": ("patients",),
    "BIOPFL": ("biopsies",),
    "SEQFL": ("sequencing", "biopsies"),
    "MTBFL": ("mtb_reviews", "sequencing"),
    "ACTFL": ("mtb_reviews", "mtb_recommendations", "variants"),
    "RECTGFL": ("mtb_recommendations", "mtb_reviews"),
    "TRTFL": ("treatments",),
    "SAFFL": ("treatments",),
    "RSPEVLFL": ("treatments", "tumour_lesions", "tumour_responses"),
    "EVALFL": ("tumour_responses", "tumour_lesions", "treatments"),
    "GUIDFL": ("treatments", "mtb_recommendations", "mtb_decisions", "mtb_reviews"),
    "TRTGRP1": ("treatments", "mtb_recommendations", "mtb_decisions", "mtb_reviews"),
    "TFAILFL": ("tumour_responses", "tumour_lesions", "treatments"),
    "SEQ2FL": ("sequencing", "biopsies"),
    "MTB2FL": ("mtb_reviews",),
    "ACT2FL": ("mtb_reviews", "mtb_recommendations", "variants"),
    "GUID2FL": ("treatments", "mtb_recommendations", "mtb_decisions"),
    "PFSRFL": ("prior_treatments", "treatments", "tumour_responses", "tumour_lesions"),
    "PROFL": ("promis29",),
}
_ANY = ("disposition", "tumour_responses", "tumour_lesions", "treatments", "follow_up", "patients")
_FUNNEL = ("ENRLFL", "BIOPFL", "SEQFL", "MTBFL", "ACTFL", "RECTGFL", "GUIDFL")
_STAGES = dict(
    zip(
        _FUNNEL,
        (
            "enrolled",
            "biopsy",
            "sequenced",
            "discussed by MTB",
            "intervenable variant",
            "guided therapy recommended",
            "guided therapy",
        ),
        strict=True,
    )
)
_SOURCE = ["SRCFILE", "SRCROW"]


def _facts(datasets: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Variables of every patient: columns `value`, `SRCFILE`, `SRCROW`; index patient, variable."""
    data = with_screened({name: datasets[name] for name in ("adsl", "adrs", "adtte")})
    adsl = data["adsl"]
    parts = []
    for name in _DRIVERS:
        values = adsl[name].astype(object).where(adsl[name].notna(), "")
        parts.append(pd.DataFrame({"USUBJID": adsl["USUBJID"], "variable": name, "value": values}))
    reached = (adsl[list(_FUNNEL)] == "Y").fillna(False).to_numpy()
    stage = [
        _STAGES[_FUNNEL[max((i for i, yes in enumerate(row) if yes), default=0)]] for row in reached
    ]
    parts.append(pd.DataFrame({"USUBJID": adsl["USUBJID"], "variable": "FUNNEL", "value": stage}))
    adrs = data["adrs"]
    best = adrs[adrs["PARAMCD"].isin(["BOR", "CBOR"])]
    parts.append(
        best.assign(variable=best["PARAMCD"], value=best["AVALC"])[
            ["USUBJID", "variable", "value", *_SOURCE]
        ]
    )
    adtte = data["adtte"]
    for name in ("PFS", "OS"):
        times = adtte[adtte["PARAMCD"].eq(name)]
        happened = times["EVNTDESC"].astype(object).where(times["CNSR"].eq(0), times["CNSDTDSC"])
        status = ["event: " if code == 0 else "censored: " for code in times["CNSR"]]
        days = times["ADT"].dt.strftime("%Y-%m-%d")
        for what, values in (("status", status + happened.fillna("")), ("date", days.fillna(""))):
            rows = times[["USUBJID", *_SOURCE]].assign(variable=f"{name} {what}", value=values)
            parts.append(rows)
    everything = pd.concat(parts, ignore_index=True)
    return everything.set_index(["USUBJID", "variable"])


def movers(
    states: Mapping[str, Mapping[str, pd.DataFrame]],
    extracts: Mapping[str, pd.DataFrame],
    records: pd.DataFrame,
    old_cutoff: pd.Timestamp,
    new_cutoff: pd.Timestamp,
    cutoff_at: tuple[str, int],
) -> pd.DataFrame:
    """Every patient and variable that differs between the first and the last state.

    Parameters
    ----------
    states : mapping of mapping of DataFrame
        Datasets by the names of `analysis.changes.split.STATES`, in that order.
    extracts : mapping of DataFrame
        Extracts of the later cut.
    records : DataFrame
        What `record_changes` gives.
    old_cutoff, new_cutoff : Timestamp
    cutoff_at : tuple of str and int
        File and line in which the new cutoff is declared.

    Returns
    -------
    DataFrame
        Columns `MOVER_COLUMNS`, sorted. `cause` names the steps that changed the value, joined by a
        semicolon. A patient who was not in the old cut has one row, ENRLFL. `also` lists further
        raw rows of the patient that changed or came to count. `source_extract` is "old" for a row
        that the later extract does not have.
    """
    facts = {name: _facts(datasets) for name, datasets in states.items()}
    names = list(facts)
    values = pd.DataFrame({name: frame["value"] for name, frame in facts.items()}).fillna("")
    first, last = names[0], names[-1]
    moved = values[values[first].ne(values[last])]
    stays = set(facts[first].index.get_level_values("USUBJID"))
    came = _came_to_count(extracts, records, old_cutoff, new_cutoff)
    rows = []
    for (patient, variable), row in zip(moved.index, moved.to_dict("records"), strict=True):
        if patient not in stays and variable != "ENRLFL":
            continue
        causes = [b for a, b in itertools.pairwise(names) if row[a] != row[b]]
        drivers = _DRIVERS.get(variable.split(" ")[0], _ANY)
        near = sorted(
            (
                place
                for place in came.get(patient, [])
                if place.table in drivers and (place.cause in causes or "new_patients" in causes)
            ),
            key=lambda place: (drivers.index(place.table), place.day, place.file, place.line),
        )
        source = _deciding(facts, patient, variable, names)
        if near and source not in near and (source is None or variable in _DRIVERS):
            source = near[0]
        if source is None and causes == ["follow_up"]:
            source = Place(*cutoff_at, NEW_EXTRACT)
        others = [f"{place.file}:{place.line}" for place in near if place != source]
        at = (source.file, str(source.line)) if source else ("", "")
        change = (patient, variable, row[first], row[last], "; ".join(causes))
        rows.append((*change, *at, "; ".join(others[:6]), source.extract if source else ""))
    frame = pd.DataFrame(rows, columns=list(MOVER_COLUMNS), dtype=object)
    return frame.sort_values(["USUBJID", "variable"], kind="stable").reset_index(drop=True)


@dataclass(frozen=True)
class Place:
    """A raw row: file and line in the old or the new extract; why and when it came to count."""

    file: str
    line: int
    extract: str
    table: str = field(default="", compare=False)
    day: str = field(default="", compare=False)
    cause: str = field(default="", compare=False)


def _deciding(
    facts: dict[str, pd.DataFrame], patient: str, variable: str, names: list[str]
) -> Place | None:
    """The row that the last state names; that of the first where there is none."""
    for name, extract in ((names[-1], NEW_EXTRACT), (names[0], OLD_EXTRACT)):
        frame = facts[name]
        if (patient, variable) in frame.index:
            row: pd.Series = frame.loc[(patient, variable)]  # type: ignore[assignment]
            if pd.notna(row["SRCROW"]):
                return Place(str(row["SRCFILE"]), int(row["SRCROW"]), extract)
    return None


def _came_to_count(
    frames: Mapping[str, pd.DataFrame],
    records: pd.DataFrame,
    old_cutoff: pd.Timestamp,
    new_cutoff: pd.Timestamp,
) -> dict[str, list[Place]]:
    """Raw rows by patient that changed, or that began between the cutoffs."""
    found: dict[str, list[Place]] = {}

    def add(patient: object, place: Place) -> None:
        known = found.setdefault(str(patient), [])
        if place not in known:
            known.append(place)

    for row in records.to_dict("records"):
        if pd.isna(row["source_line"]):
            continue
        at = (row["source_file"], int(row["source_line"]))
        extract = OLD_EXTRACT if row["change"] == DELETED else NEW_EXTRACT
        cause = "corrections" if row["part"] else "follow_up"
        add(row["patient_id"], Place(*at, extract, row["table"], "", cause))
    begun_on = begins(frames, new_cutoff)
    for table, frame in frames.items():
        days = begun_on[table]
        here = frame[days.gt(old_cutoff) & days.le(new_cutoff)]
        lines = here["file_line" if "file_line" in here else "line"]
        begun = days[here.index].dt.strftime("%Y-%m-%d")
        for patient, line, day in zip(here["patient_id"], lines, begun, strict=True):
            at = (f"{table}.csv", int(line))
            add(patient, Place(*at, NEW_EXTRACT, table, day, "follow_up"))
    return found
