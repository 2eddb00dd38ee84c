"""The story of one patient, day by day, and what was decided of it by which rule.

Every fact has its file, line, column and value. Facts dated after the clinical cutoff are told as
such: the cut does not know them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from analysis.characters import visible
from analysis.errors import ParameterError
from analysis.sap import Study
from analysis.tracing.datasets import AnalysisRows
from analysis.tracing.raw_rows import RawFiles, RawRow

#: Per table: columns with a day, and what happened on it; names in braces are cells.
_FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "patients": (
        ("diagnosis_date", "Diagnosis: {diagnosis}, stage {stage}"),
        ("consent_date", "Consent"),
        ("enrolment_date", "Enrolled at site {site_id}"),
    ),
    "prior_treatments": (
        ("start_date", "Prior line {line} begins: {regimen}"),
        ("progression_date", "Progression under prior line {line}"),
        ("end_date", "Prior line {line} ends: {stop_reason}"),
    ),
    "biopsies": (("collection_date", "Specimen {specimen_id} taken: {specimen_type}, {organ}"),),
    "sequencing": (("report_date", "Sequencing report {test_id}, {assay}: {qc_status}"),),
    "mtb_reviews": (("review_date", "Molecular tumour board on {test_id}: {conclusion}"),),
    "mtb_decisions": (
        ("decision_date", "Decision on recommendation {recommendation_id}: {decision} {reason}"),
    ),
    "treatments": (
        ("start_date", "First dose of {drug} ({therapy_class}), regimen {regimen_id}"),
        ("end_date", "Last dose of {drug}: {stop_reason}"),
    ),
    "tumour_lesions": (
        (
            "assessment_date",
            "Lesion {lesion_id} ({lesion_role}, {assessor}): {diameter_mm} {status}",
        ),
    ),
    "tumour_responses": (
        (
            "assessment_date",
            "Tumour assessment ({assessor}): target {target_response}, non-target "
            "{non_target_response}, new lesion {new_lesion}, overall {overall_response}",
        ),
    ),
    "adverse_events": (
        ("onset_date", "Adverse event {ae_id}: {term}, grade {grade}, serious {serious}"),
    ),
    "promis29": (("completion_date", "PROMIS-29 form"),),
    "ecog": (("assessment_date", "ECOG performance status {ecog}"),),
    "follow_up": (("contact_date", "Contact: {vital_status}"),),
    "disposition": (("event_date", "End of study or death: {event} {cause} {reason}"),),
}
#: Column that is shown with its value, where it is not the day itself.
_SHOWN = {
    "sequencing": "qc_status",
    "mtb_reviews": "conclusion",
    "mtb_decisions": "decision",
    "tumour_lesions": "diameter_mm",
    "tumour_responses": "overall_response",
    "adverse_events": "grade",
    "ecog": "ecog",
    "follow_up": "vital_status",
    "disposition": "event",
}
_ANCHORS = ("patients", "treatments")
_SCANS = ("tumour_lesions", "tumour_responses")
_ENDS = ("disposition", "follow_up")
#: Endpoint of the plan and raw tables by the beginning of a parameter; the longest that fits.
_PARAMETERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "PFS": ("pfs", (*_ANCHORS, "prior_treatments", *_SCANS, *_ENDS)),
    "OS": ("os", (*_ANCHORS, *_ENDS)),
    "DOR": ("bor", (*_ANCHORS, *_SCANS, *_ENDS)),
    "TTR": ("bor", (*_ANCHORS, *_SCANS, *_ENDS)),
    "TTGUID": ("guided_time", (*_ANCHORS, "mtb_reviews", "mtb_decisions", *_ENDS)),
    "TTD": ("deterioration", (*_ANCHORS, "promis29", *_ENDS)),
    "TTSAE": ("first_sae", (*_ANCHORS, "adverse_events", *_ENDS)),
    "TOT": ("", (*_ANCHORS, *_ENDS)),
    "T": ("turnaround", (*_ANCHORS, "biopsies", "sequencing", "mtb_reviews", *_ENDS)),
    "BOR": ("bor", (*_ANCHORS, *_SCANS, *_ENDS)),
    "CBOR": ("orr_confirmed", (*_ANCHORS, *_SCANS, *_ENDS)),
    "CRSP": ("orr_confirmed", (*_ANCHORS, *_SCANS, *_ENDS)),
    "": ("bor", (*_ANCHORS, *_SCANS, *_ENDS)),
}
#: What is told where no endpoint is named.
_USUAL = ("PFS", "OS", "BOR", "CBOR")
#: Dates of ADSL, and in which words they decide what no raw row decides.
_DATES = {
    "DCUTDT": "the clinical cutoff",
    "EOFDT": "the end of follow-up",
    "OBSENDT": "the end of observation",
    "LSTALVDT": "last known alive",
    "DTHDT": "death",
    "EOSDT": "the end of the study",
    "TRTSDT": "the first dose",
    "ENRLDT": "the enrolment",
    "MTBDT": "the review of the molecular tumour board",
    "GUIDDT": "the first guided dose",
}


@dataclass(frozen=True)
class Fact:
    """One fact: its day (ISO, empty where none), words, and the raw cell that says it."""

    day: str
    words: str
    file: str
    line: int
    column: str
    value: str

    @property
    def place(self) -> str:
        """File, line, column and value."""
        return f"{self.file} line {self.line}, {self.column} = {self.value or 'empty'}"


@dataclass(frozen=True)
class Verdict:
    """What was derived of a patient for one parameter, by which rule, from which raw row.

    Attributes
    ----------
    parameter : str
        PARAMCD.
    words : str
        The whole sentence.
    row : dict
        The analysis row.
    source : RawRow or None
        The raw row that decides; None where a date of the patient or of the cut does.
    """

    parameter: str
    words: str
    row: dict[str, Any] = field(repr=False)
    source: RawRow | None = field(repr=False)


@dataclass(frozen=True)
class Story:
    """Facts in order of days, undated ones last, and the verdicts."""

    patient: str
    facts: tuple[Fact, ...] = field(repr=False)
    verdicts: tuple[Verdict, ...]
    cutoff: str

    def _repr_html_(self) -> str:
        """Return the story as a notebook shows it."""
        items = "".join(f"<li>{escape(visible(line))}</li>" for line in self.lines()[1:])
        return f"<p>{escape(visible(self.lines()[0]))}</p><ul>{items}</ul>"

    def lines(self) -> list[str]:
        """The story in plain words, one fact or verdict a line."""
        told = [f"Patient {self.patient}, clinical cutoff {self.cutoff}"]
        for fact in self.facts:
            late = " - after the cutoff, not known to this cut" if fact.day > self.cutoff else ""
            told.append(f"{fact.day or 'no date':10}  {fact.words}{late}  [{fact.place}]")
        return [*told, *(verdict.words for verdict in self.verdicts)]


class Stories:
    """Stories of the patients of a derived cut; files are read once for all of them.

    Parameters
    ----------
    study : Study
        Opened for the cut.
    patient : str
        The one patient of whom analysis rows are read; empty for all.
    rows : AnalysisRows, optional
        Instead of those of the cut on disk.
    """

    def __init__(self, study: Study, patient: str = "", rows: AnalysisRows | None = None) -> None:
        self._study = study
        self._raw = RawFiles(study.raw)
        self._rows = rows or AnalysisRows(study.derived, patient)

    def analysis_rows(self, dataset: str, patient: str) -> list[dict[str, Any]]:
        """Rows of an analysis dataset of one patient, as plain records."""
        return self._rows.of_patient(dataset, patient)

    def of(self, patient: str, endpoint: str | None = None) -> Story:
        """The story of one patient; parameters and errors as of `patient_story`."""
        study, raw = self._study, self._raw
        if not raw.of_patient("patients", patient):
            raise ParameterError(f"{study.raw / 'patients.csv'}: there is no patient '{patient}'")
        verdicts = _verdicts(study, raw, self._rows, patient, endpoint)
        tables = _FACTS if endpoint is None else _of_parameter(endpoint)[1]
        told = [row for table in tables for row in raw.of_patient(table, patient)]
        facts = [fact for row in told for fact in _of(row)]
        order = {f"{table}.csv": place for place, table in enumerate(_FACTS)}
        facts.sort(key=lambda fact: (not fact.day, fact.day, order[fact.file], fact.line))
        cutoff = study.cut.clinical_cutoff.isoformat()
        return Story(patient, tuple(facts), tuple(verdicts), cutoff)


def patient_story(
    study: Study, patient: str, endpoint: str | None = None, rows: AnalysisRows | None = None
) -> Story:
    """The story of a patient of a derived cut.

    Parameters
    ----------
    study : Study
        Opened for the cut.
    patient : str
        Like ``P0017``.
    endpoint : str, optional
        A PARAMCD of ADTTE or ADRS, like ``PFS`` or ``BOR``: facts and verdict of that alone.
    rows : AnalysisRows, optional
        Instead of those of the cut on disk.

    Raises
    ------
    ParameterError
        If the cut has no such patient, or the patient no such parameter.
    """
    return Stories(study, patient, rows).of(patient, endpoint)


def _of(row: RawRow) -> Iterable[Fact]:
    for column, words in _FACTS[row.table]:
        day = row.cells.get(column, "")
        needed = column != "end_date" and column != "progression_date"
        if not day and not needed:
            continue
        cells = {name: value or "-" for name, value in row.cells.items()}
        said = " ".join(words.format_map(_Cells(cells)).replace(" - ", " ").split())
        shown = _SHOWN.get(row.table, column)
        yield Fact(
            day, said.removesuffix(" -"), row.file, row.line, shown, row.cells.get(shown, "")
        )


class _Cells(dict):
    def __missing__(self, name: str) -> str:
        return "-"


def _of_parameter(parameter: str) -> tuple[str, tuple[str, ...]]:
    fits = [name for name in _PARAMETERS if parameter.startswith(name)]
    return _PARAMETERS[max(fits, key=len)]


def _verdicts(
    study: Study,
    raw: RawFiles,
    rows: AnalysisRows,
    patient: str,
    endpoint: str | None,
) -> list[Verdict]:
    adsl = (rows.of_patient("adsl", patient) or [{}])[0]
    wanted = _USUAL if endpoint is None else (endpoint,)
    found = []
    known = set()
    for dataset in ("adtte", "adrs"):
        for row in rows.of_patient(dataset, patient):
            known.add(row["PARAMCD"])
            if row["PARAMCD"] in wanted:
                source = raw.at(row["SRCFILE"], row["SRCROW"]) if "SRCROW" in row else None
                words = (_time_in_words if dataset == "adtte" else _response_in_words)(row)
                section = _section(study, row["PARAMCD"])
                by = _decided_by(row, source, adsl, study)
                found.append(
                    Verdict(row["PARAMCD"], f"{row['PARAMCD']}{section}: {words} {by}", row, source)
                )
    if endpoint is not None and not found:
        has = f"it has {', '.join(sorted(known))}" if known else "it is in no analysis of the cut"
        raise ParameterError(f"{study.cut.cut}: {patient} has no '{endpoint}'; {has}")
    return found


def _section(study: Study, parameter: str) -> str:
    name = _of_parameter(parameter)[0]
    endpoint = study.sap.endpoints.get(name)
    return f", section {endpoint.section} of the plan" if endpoint else ""


def _time_in_words(row: dict[str, Any]) -> str:
    what = row.get("PARAM", row["PARAMCD"])
    days = f"day {row['AVAL']:.0f} from {row['STARTDT']}" if "AVAL" in row else "no time"
    if row["CNSR"] == 0:
        end = f"event on {row['ADT']}, {days}: {row.get('EVNTDESC', '')}"
    elif "EVNTDESC" in row:
        end = f"competing event on {row['ADT']}, {days}: {row['EVNTDESC']}"
    else:
        end = f"censored on {row['ADT']}, {days}: {row.get('CNSDTDSC', '')}"
    rule = f" Rule: {row['RULE']}." if "RULE" in row else ""
    return f"{what}: {end}.{rule}"


def _response_in_words(row: dict[str, Any]) -> str:
    visit = f" at {row['AVISIT']}" if "AVISIT" in row else ""
    day = f" on {row['ADT']}" if "ADT" in row else ""
    rule = f" Rule: {row['ANLRSN']}." if "ANLRSN" in row else ""
    return f"{row.get('AVALC', 'no value')}{visit}{day}.{rule}"


def _decided_by(
    row: dict[str, Any], source: RawRow | None, adsl: dict[str, Any], study: Study
) -> str:
    if source is not None:
        return f"Decided by {source.place(row.get('SRCVAR', ''))}."
    named = [words for name, words in _DATES.items() if adsl.get(name) == row.get("ADT", "-")]
    what = f", which is {' and '.join(named)}" if named else ""
    day = f"the date {row['ADT']}{what}" if "ADT" in row else "what is not there"
    cutoff = f"params/cuts/{study.cut.cut}.yaml, clinical_cutoff = {study.cut.clinical_cutoff}"
    return f"No raw row decides, but {day}; the cut knows nothing after {cutoff}."
