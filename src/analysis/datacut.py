"""The data cut: what was known on the clinical cutoff. Applied once, here; nothing later filters.

Each raw table has exactly one rule: the date on which its rows begin, and what in a row lies later
than that and must be reverted. A row that begins after the cutoff goes. A row that began before it
stays, but its end, its outcome, its status, and everything that only a later death explains, are
put back to what could be known on the cutoff. A row without a date is kept and counted. Every row
removed and every cell edited stands in the read-out.

Source: SAP section 4 (situation 16) and the data model, section 1 (whole cutoff day included).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.dates import UNIT, complete, earlier_of, earliest, later_of, latest
from analysis.errors import DerivationError
from schemas import terminology
from schemas.raw import RAW_TABLES

Frames = dict[str, pd.DataFrame]

READOUT_COLUMNS = (
    "table",
    "action",
    "rule",
    "line",
    "column",
    "old_value",
    "new_value",
    "patient_id",
)


@dataclass(frozen=True)
class Extract:
    """What the rules look at: all tables as received, the cutoff, and the deaths by patient."""

    frames: Frames
    cutoff: pd.Timestamp
    deaths: pd.Series

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]


@dataclass(frozen=True)
class Reversion:
    """Put `values` into the rows for which `later(extract)` holds."""

    rule: str
    later: Callable[[Extract], pd.Series]
    values: dict[str, Any]


@dataclass(frozen=True)
class CutRule:
    """The one rule of a table: when a row begins, and what to revert in rows that stay."""

    begins: Callable[[Extract], pd.Series]
    reversions: tuple[Reversion, ...] = ()


@dataclass(frozen=True)
class CutResult:
    """Frames as known on the cutoff, the read-out, and the row counts of each table."""

    frames: Frames
    readout: pd.DataFrame
    counts: pd.DataFrame = field(repr=False)


# --- when a row begins ---------------------------------------------------------------------------
def _column(table: str, column: str) -> Callable[[Extract], pd.Series]:
    return lambda extract: extract[table][column]


def _partial(table: str, column: str) -> Callable[[Extract], pd.Series]:
    return lambda extract: earliest(extract[table][column])


def _looked_up(table: str, key: str, parent: str, date: str) -> Callable[[Extract], pd.Series]:
    """Date of the parent row that `key` names (a test begins with its specimen)."""

    def begins(extract: Extract) -> pd.Series:
        dates = extract[parent].drop_duplicates(key).set_index(key)[date]
        return extract[table][key].map(dates).astype(UNIT)

    return begins


def _decision_begins(extract: Extract) -> pd.Series:
    """Date of the decision; one without a date is not there before its recommendation is."""
    decided = extract["mtb_decisions"]["decision_date"]
    reviewed = RULES["mtb_recommendations"].begins(extract).to_numpy()
    dates = pd.Series(reviewed, index=extract["mtb_recommendations"]["recommendation_id"])
    dates = dates[~dates.index.duplicated()]
    made = extract["mtb_decisions"]["recommendation_id"].map(dates).astype(UNIT)
    return decided.fillna(made.where(made > extract.cutoff))


def _consent_and_enrolment(extract: Extract) -> pd.Series:
    patients = extract["patients"]
    return later_of(patients["consent_date"], patients["enrolment_date"])


def _assessment_complete(extract: Extract, table: str) -> pd.Series:
    """Day of the last scan of each assessment: before that nobody could read it."""
    lesions = extract["tumour_lesions"]
    scanned = lesions.assign(scan=later_of(lesions["assessment_date"], lesions["scan_date"]))
    key = ["patient_id", "assessment_date"]
    last = scanned.groupby(key, as_index=False)["scan"].max()
    rows = extract[table][key].merge(last, on=key, how="left", validate="m:1")
    rows.index = extract[table].index
    return later_of(rows["assessment_date"], rows["scan"])


# --- what lies later in a row that stays ---------------------------------------------------------
def _after(table: str, column: str) -> Callable[[Extract], pd.Series]:
    return lambda extract: extract[table][column] > extract.cutoff


def _partial_after(table: str, column: str) -> Callable[[Extract], pd.Series]:
    return lambda extract: earliest(extract[table][column]) > extract.cutoff


def death_dates(frames: Frames) -> pd.Series:
    """Earliest possible day of each recorded death, by patient.

    A partial date is bounded below by the day after the last sign of life in the whole extract: a
    death in "2022-11" of a patient seen on 2022-11-20 cannot be known on 2022-11-15. It never
    leaves the month, or year, on record.
    """
    disposition = frames["disposition"]
    deaths = disposition[disposition["event"].eq("death")].drop_duplicates("patient_id")
    possible = pd.Series(earliest(deaths["event_date"]).to_numpy(), index=deaths["patient_id"])
    whole = pd.Series(complete(deaths["event_date"]).to_numpy(), index=deaths["patient_id"])
    seen = last_sign_of_life(frames).reindex(possible.index) + pd.Timedelta(days=1)
    last = pd.Series(latest(deaths["event_date"]).to_numpy(), index=deaths["patient_id"])
    return whole.fillna(earlier_of(later_of(possible, seen), last)).astype(UNIT)


def last_sign_of_life(frames: Frames) -> pd.Series:
    """Latest day on which each patient was certainly alive, by patient (SAP 4, OS).

    Enrolment, biopsy, dose start, scan, ECOG below 5, PROMIS form, complete AE onset, contact with
    vital status alive, withdrawal, completion. Never a report, review or decision date, a loss, an
    unknown vital status, or the end of a regimen.
    """
    ecog, contacts = frames["ecog"], frames["follow_up"]
    disposition = frames["disposition"]
    present = disposition[disposition["event"].isin(["withdrawal", "completed"])]
    lesions = frames["tumour_lesions"]
    signs = [
        (frames["patients"], frames["patients"]["enrolment_date"]),
        (frames["biopsies"], frames["biopsies"]["collection_date"]),
        (frames["treatments"], frames["treatments"]["start_date"]),
        (lesions, later_of(lesions["assessment_date"], lesions["scan_date"])),
        (frames["tumour_responses"], frames["tumour_responses"]["assessment_date"]),
        (ecog, ecog["assessment_date"].where(ecog["ecog"].lt(5).fillna(False).astype(bool))),
        (frames["promis29"], frames["promis29"]["completion_date"]),
        (frames["adverse_events"], complete(frames["adverse_events"]["onset_date"])),
        (contacts, contacts["contact_date"].where(contacts["vital_status"].eq("alive"))),
        (present, complete(present["event_date"])),
    ]
    rows = [
        pd.DataFrame({"patient_id": frame["patient_id"].to_numpy(), "date": dates.to_numpy()})
        for frame, dates in signs
    ]
    everything = pd.concat([part for part in rows if len(part)] or rows[:1], ignore_index=True)
    return everything.groupby("patient_id")["date"].max().astype(UNIT)


def _dies_later(extract: Extract, table: str) -> pd.Series:
    """Rows of patients whose death lies after the cutoff."""
    return extract[table]["patient_id"].map(extract.deaths).astype(UNIT) > extract.cutoff


def _holds(values: pd.Series, code: Any) -> pd.Series:
    """Whether each cell is the code, or has it among several."""
    same = values.eq(code).fillna(False).astype(bool)
    if isinstance(code, str) and values.str.contains(";", regex=False).any():
        same |= values.str.split(";").map(lambda parts: isinstance(parts, list) and code in parts)
    return same


def _explained_by_death(table: str, column: str, code: Any) -> Callable[[Extract], pd.Series]:
    def later(extract: Extract) -> pd.Series:
        is_code = _holds(extract[table][column], code)
        return _dies_later(extract, table) & is_code

    return later


def _lost_later(extract: Extract, table: str) -> pd.Series:
    """Rows of patients whose loss to follow-up lies after the cutoff."""
    disposition = extract["disposition"]
    losses = disposition[disposition["event"].eq("lost_to_follow_up")]
    losses = losses.drop_duplicates("patient_id")
    dates = pd.Series(earliest(losses["event_date"]).to_numpy(), index=losses["patient_id"])
    return extract[table]["patient_id"].map(dates).astype(UNIT) > extract.cutoff


def _reason_later(decision: str) -> Callable[[Extract], pd.Series]:
    """Decisions of one kind whose reason is a death or a loss after the cutoff."""

    def later(extract: Extract) -> pd.Series:
        decisions = extract["mtb_decisions"]
        by_death = decisions["reason"].eq("death") & _dies_later(extract, "mtb_decisions")
        by_loss = decisions["reason"].eq("lost") & _lost_later(extract, "mtb_decisions")
        is_kind = decisions["decision"].eq(decision)
        return ((by_death | by_loss) & is_kind).fillna(False).astype(bool)

    return later


def _fatal_later(column: str, code: Any) -> Callable[[Extract], pd.Series]:
    """Adverse events that were not yet fatal: the death lies later, or the event ended later."""
    dies_later = _explained_by_death("adverse_events", column, code)
    ended_later = _partial_after("adverse_events", "resolution_date")

    def later(extract: Extract) -> pd.Series:
        events = extract["adverse_events"]
        is_code = _holds(events[column], code)
        fatal = events["outcome"].eq("fatal").fillna(False).astype(bool)
        return dies_later(extract) | (is_code & fatal & ended_later(extract))

    return later


def without_death(criteria: object) -> str | None:
    """The other criteria of an event that were known before it turned fatal."""
    if not isinstance(criteria, str):
        return None
    return ";".join(part for part in criteria.split(";") if part != "death") or None


def _stopped_later(extract: Extract) -> pd.Series:
    """Events said to have stopped a treatment that had not ended on the cutoff.

    Some regimen running at the onset ended after the cutoff, and none from the onset to the cutoff.
    """
    events, regimens = extract["adverse_events"], extract["treatments"]
    told = events.loc[events["action_taken"].eq("discontinued"), ["patient_id", "onset_date"]]
    onset = earliest(told["onset_date"])
    pairs = told.assign(onset=onset, event=told.index)[["event", "patient_id", "onset"]].merge(
        regimens[["patient_id", "start_date", "end_date"]], on="patient_id"
    )
    running = (pairs["start_date"] <= extract.cutoff) & ~(pairs["end_date"] < pairs["onset"])
    ends = pairs.loc[running, "end_date"]
    late = set(pairs.loc[ends.index[ends > extract.cutoff], "event"])
    in_time = set(pairs.loc[ends.index[ends <= extract.cutoff], "event"])
    return pd.Series(events.index.isin(late - in_time), index=events.index)


def _never(extract: Extract) -> pd.Series:
    """No date: a source without a calendar."""
    return pd.Series(pd.NaT, extract["reported_outcomes"].index, dtype=UNIT)


def _disposition_begins(extract: Extract) -> pd.Series:
    disposition = extract["disposition"]
    bounded = disposition["patient_id"].map(extract.deaths).astype(UNIT)
    return earliest(disposition["event_date"]).where(disposition["event"].ne("death"), bounded)


RULES: dict[str, CutRule] = {
    "patients": CutRule(_consent_and_enrolment),
    "prior_treatments": CutRule(
        _partial("prior_treatments", "start_date"),
        (
            Reversion(
                "line ended after the cutoff",
                _partial_after("prior_treatments", "end_date"),
                {"end_date": None, "stop_reason": "unknown"},
            ),
            Reversion(
                "progression after the cutoff",
                _partial_after("prior_treatments", "progression_date"),
                {"progression_date": None},
            ),
        ),
    ),
    "biopsies": CutRule(_column("biopsies", "collection_date")),
    "sequencing": CutRule(
        _looked_up("sequencing", "specimen_id", "biopsies", "collection_date"),
        (
            Reversion(
                "reported after the cutoff",
                _after("sequencing", "report_date"),
                {
                    "report_date": pd.NaT,
                    "qc_status": "pending",
                    "qc_fail_reason": None,
                    "tmb_mut_per_mb": float("nan"),
                    "msi_status": "unknown",
                    "hrd_status": "unknown",
                },
            ),
        ),
    ),
    "variants": CutRule(_looked_up("variants", "test_id", "sequencing", "report_date")),
    "mtb_reviews": CutRule(_column("mtb_reviews", "review_date")),
    "mtb_recommendations": CutRule(
        _looked_up("mtb_recommendations", "review_id", "mtb_reviews", "review_date")
    ),
    "mtb_decisions": CutRule(
        _decision_begins,
        (
            Reversion(  # a declined one has a reason; which, is not known yet
                "a death or loss after the cutoff as the reason",
                _reason_later("declined"),
                {"reason": "unknown"},
            ),
            Reversion(  # nothing had kept an accepted one from starting yet
                "a death or loss after the cutoff as the reason",
                _reason_later("accepted"),
                {"reason": None},
            ),
        ),
    ),
    "treatments": CutRule(
        _column("treatments", "start_date"),
        (
            Reversion(
                "ended after the cutoff",
                _after("treatments", "end_date"),
                {"end_date": pd.NaT, "stop_reason": None},
            ),
            Reversion(
                "a death after the cutoff as the reason",
                _explained_by_death("treatments", "stop_reason", "death"),
                {"stop_reason": "unknown"},
            ),
        ),
    ),
    "tumour_lesions": CutRule(lambda extract: _assessment_complete(extract, "tumour_lesions")),
    "tumour_responses": CutRule(lambda extract: _assessment_complete(extract, "tumour_responses")),
    "adverse_events": CutRule(
        _partial("adverse_events", "onset_date"),
        (
            Reversion(
                "resolved after the cutoff",
                _partial_after("adverse_events", "resolution_date"),
                {"resolution_date": None, "outcome": "ongoing"},
            ),
            Reversion(
                "fatal after the cutoff",
                _fatal_later("outcome", "fatal"),
                {"resolution_date": None, "outcome": "ongoing"},
            ),
            Reversion(
                "grade 5 after the cutoff: the grade on the cutoff is not known",
                _fatal_later("grade", 5),
                {"grade": pd.NA},
            ),
            Reversion(
                "a death after the cutoff as the criterion",
                _fatal_later("serious_criterion", "death"),
                {"serious_criterion": without_death},
            ),
            Reversion(
                "stopped a treatment that ended after the cutoff",
                _stopped_later,
                {"action_taken": None},
            ),
        ),
    ),
    "promis29": CutRule(_column("promis29", "completion_date")),
    "ecog": CutRule(_column("ecog", "assessment_date")),
    "follow_up": CutRule(_column("follow_up", "contact_date")),
    "disposition": CutRule(_disposition_begins),
    # outcomes without a calendar: known when the registry received them, so never cut
    "reported_outcomes": CutRule(_never),
}


def _check_rules(frames: Frames) -> None:
    """Refuse to cut anything unless every table has exactly one rule."""
    without = sorted(set(frames) - set(RULES))
    absent = sorted(set(RULES) - set(frames) - set(terminology.OPTIONAL_TABLES))
    if without or absent or set(RULES) != set(terminology.RAW_TABLES):
        raise DerivationError(
            f"the data cut needs exactly one rule per table; without a rule: {without or 'none'}, "
            f"without a table: {absent or 'none'}"
        )


def _records(table: str, rows: pd.DataFrame, action: str, rule: str, **cells) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table": table,
            "action": action,
            "rule": rule,
            "line": rows[RAW_TABLES[table].line_column].to_numpy(),
            "column": cells.get("column"),
            "old_value": cells.get("old"),
            "new_value": cells.get("new"),
            "patient_id": rows["patient_id"].to_numpy(),
        },
        columns=list(READOUT_COLUMNS),
    )


def _as_text(values: pd.Series) -> list[str | None]:
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime("%Y-%m-%d")
    return [None if pd.isna(value) else str(value) for value in values]


def _reverted(
    table: str, rule: CutRule, extract: Extract, kept: pd.Index
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Rows of one table that stay, with later facts put back; and what was edited.

    A cell is put back once, by the first rule that concerns it: a regimen that a later death ended
    is ongoing on the cutoff, so its reason is empty, not unknown.
    """
    frame = extract[table].loc[kept].copy()
    edits = []
    done: dict[str, pd.Index] = {}
    for reversion in rule.reversions:
        later = reversion.later(extract).reindex(kept).fillna(False).astype(bool)
        for column, value in reversion.values.items():
            concerned = kept[later.to_numpy()].difference(done.get(column, kept[:0]), sort=False)
            done[column] = done.get(column, kept[:0]).union(concerned, sort=False)
            old = frame.loc[concerned, column]
            if callable(value):  # what is left of each cell
                left = old.map(value).astype(object)
                changed = old.index[old.notna() & left.ne(old)]
                value = [None if pd.isna(cell) else cell for cell in left[changed]]
                new: Any = value
            else:
                # only cells that change are edits: an AE already "ongoing" is not touched
                changed = old.index[~(old.isna() & pd.isna(value)) & ~old.eq(value).fillna(False)]
                new = None if pd.isna(value) else str(value)
            if len(changed) == 0:
                continue
            rows = frame.loc[changed]
            edits.append(
                _records(
                    table,
                    rows,
                    "edited",
                    reversion.rule,
                    column=column,
                    old=_as_text(rows[column]),
                    new=new,
                )
            )
            frame.loc[changed, column] = value
    return frame, edits


def apply_cut(frames: Frames, clinical_cutoff: dt.date) -> CutResult:
    """Put every raw table back to what was known on the clinical cutoff, that whole day included.

    Parameters
    ----------
    frames : dict of DataFrame
        The typed extracts (columns of the data model and ``line``); not modified.
    clinical_cutoff : date
        Last day that counts.

    Returns
    -------
    CutResult
        ``frames`` with the rows that remain; ``readout`` with one row per row removed
        (``removed``), cell edited (``edited``) or row kept without a date (``undated``), sorted;
        ``counts`` with one row per table: rows_in, removed, edited (cells), undated, rows_kept.

    Raises
    ------
    DerivationError
        Unless every table has exactly one rule.
    """
    _check_rules(frames)
    cutoff = pd.Timestamp(clinical_cutoff)
    extract = Extract(frames, cutoff, death_dates(frames))
    enrolled_rows = RULES["patients"].begins(extract).le(cutoff)
    enrolled = set(frames["patients"].loc[enrolled_rows, "patient_id"])
    cut: Frames = {}
    records: list[pd.DataFrame] = []
    for table in [name for name in terminology.RAW_TABLES if name in frames]:
        frame, rule = frames[table], RULES[table]
        begins = rule.begins(extract)
        starts_later = begins > cutoff
        undated = begins.isna()
        stranger = ~frame["patient_id"].isin(enrolled) & ~starts_later
        for rows, action, why in (
            (starts_later, "removed", "begins after the cutoff"),
            (stranger, "removed", "its patient is not in the cut"),
            (undated & ~stranger, "undated", "no date: kept"),
        ):
            if rows.any():
                records.append(_records(table, frame[rows], action, why))
        kept = frame.index[~starts_later & ~stranger]
        cut[table], edits = _reverted(table, rule, extract, kept)
        cut[table] = cut[table].reset_index(drop=True)
        records += edits
    return CutResult(cut, _readout(records), _counts(frames, cut, records))


def _readout(records: list[pd.DataFrame]) -> pd.DataFrame:
    if not records:
        return pd.DataFrame(columns=list(READOUT_COLUMNS))
    readout = pd.concat(records, ignore_index=True)
    order = pd.Categorical(readout["table"], categories=list(terminology.RAW_TABLES), ordered=True)
    readout = readout.assign(_order=order.codes)
    by = ["_order", "line", "action", "column", "rule"]
    return (
        readout.sort_values(by, kind="stable", na_position="first")
        .drop(columns="_order")[list(READOUT_COLUMNS)]
        .reset_index(drop=True)
    )


def _counts(frames: Frames, cut: Frames, records: list[pd.DataFrame]) -> pd.DataFrame:
    done: dict[tuple[str, str], int] = {}
    for part in records:
        key = (str(part["table"].iat[0]), str(part["action"].iat[0]))
        done[key] = done.get(key, 0) + len(part)
    return pd.DataFrame(
        [
            {
                "table": table,
                "rows_in": len(frames[table]),
                "removed": done.get((table, "removed"), 0),
                "edited": done.get((table, "edited"), 0),
                "undated": done.get((table, "undated"), 0),
                "rows_kept": len(cut[table]),
            }
            for table in terminology.RAW_TABLES
            if table in terminology.REQUIRED_TABLES or len(frames.get(table, ()))
        ]
    )
