"""Every time to event in one table: who is in it, from when, what ends it, what censors it.

`TIMES` is what a statistician reads before opening the code of a derivation (`home`). The tests
hold it against the datasets of the shipped cuts, and ``docs/parameters.md`` is rendered from it.
Codes of censoring are those of the plan's table (`CENSORINGS`).
"""

from __future__ import annotations

from dataclasses import dataclass

#: Reasons for censoring by their code; 0 is the event.
CENSORINGS = {
    1: "going on at the cut",
    2: "withdrawal",
    3: "lost to follow-up",
    4: "new anticancer therapy",
    5: "two or more assessments, or visits, missed in a row",
    6: "no adequate assessment at baseline",
    7: "no adequate assessment or score after baseline",
    8: "end of the planned follow-up",
    9: "local therapy to a target lesion",
    10: "competing event",
    11: "not assessed: last known alive",
    12: "no contact up to the planned end",
    13: "other end of the study",
}


@dataclass(frozen=True)
class TimeParameter:
    """One parameter of ADTTE.

    Attributes
    ----------
    paramcd : str
    label : str
        PARAM, up to what a rule of the plan adds to it.
    population : str
        Flag of ADSL; patients without the origin have no row.
    origin : str
        Column of ADSL with day 1; empty where another record gives it.
    events : tuple of str
        What the event can be (beginning of EVNTDESC), competing ones included.
    censorings : tuple of int
        Codes that can censor it.
    estimand : str
        What becomes of events between (ICH E9(R1)).
    home : str
        Module that derives it.
    """

    paramcd: str
    label: str
    population: str
    origin: str
    events: tuple[str, ...]
    censorings: tuple[int, ...]
    estimand: str
    home: str


_PROGRESSION = ("Progression", "Clinical progression", "Death")
_SURVIVAL = (1, 2, 3, 8, 12, 13)
_SCANNED = (1, 2, 3, 5, 6, 7, 8, 12, 13)
_RECORDED = (1, 2, 3, 5, 8, 11, 12, 13)
_LIMIT = (1, 8)
_PFS, _OS = "endpoints.progression_free_survival", "endpoints.overall_survival"
_POLICY = "treatment policy: new therapy is ignored"
_DEATH = "death is the event; nothing else intervenes"
_ALL_FOLLOWED = "the living followed to the planned end: a bound"


def _pfs(paramcd: str, label: str, estimand: str, censorings=_SCANNED, events=_PROGRESSION):
    start = f"Progression-free survival from first dose{label}"
    return TimeParameter(paramcd, start, "TRTFL", "TRTSDT", events, censorings, estimand, _PFS)


def _recorded(of: str, words: str, flag: str, origin: str):
    start = f"Recorded progression or death from {words}"
    readings = (
        ("", _RECORDED, _POLICY),
        ("1", _SCANNED, "treatment policy; the never scanned on day 1 (BIASED)"),
        ("0", _RECORDED, "treatment policy; all never scanned on day 1, deaths too"),
        ("L", _RECORDED, "treatment policy; the living never scanned to the planned end"),
    )
    return tuple(
        TimeParameter(f"{of}{suffix}", start, flag, origin, _PROGRESSION, codes, estimand, _PFS)
        for suffix, codes, estimand in readings
    )


def _os(of: str, words: str, flag: str, origin: str):
    start = f"Overall survival from {words}"
    return (
        TimeParameter(of, start, flag, origin, ("Death",), _SURVIVAL, _DEATH, _OS),
        TimeParameter(f"{of}LIM", start, flag, origin, ("Death",), _LIMIT, _ALL_FOLLOWED, _OS),
    )


def _workup(paramcd: str, label: str, flag: str, origin: str, *events: str):
    home = "endpoints.turnaround"
    competing = ("Death before it", "Withdrawal before it")
    estimand = "death and withdrawal compete"
    codes = (1, 2, 3, 8, 10, 12, 13)
    return TimeParameter(paramcd, label, flag, origin, (*events, *competing), codes, estimand, home)


def _deterioration(paramcd: str, domain: str):
    return TimeParameter(
        paramcd,
        f"Time to deterioration: {domain}",
        "ENRLFL",
        "ANCHORDT",
        ("Deterioration by the minimally important difference", "Death"),
        (1, 2, 3, 5, 7, 8, 10, 12, 13),
        "death competes; new therapy is ignored",
        "endpoints.time_to_deterioration",
    )


TIMES: tuple[TimeParameter, ...] = (
    _pfs("PFS", "", "the plan's: rules.pfs.estimand", (*_SCANNED, 4, 9)),
    _pfs("PFSTP", ", treatment policy", _POLICY),
    _pfs("PFSHYP", ", hypothetical", "hypothetical: censored at new therapy", (*_SCANNED, 4, 9)),
    _pfs(
        "PFSCOMP",
        ", composite",
        "composite: new therapy is an event",
        events=(*_PROGRESSION, "New anticancer therapy"),
    ),
    _pfs("PFSUNT", ", not truncated", "the plan's, no end of follow-up", (*_SCANNED, 4, 9)),
    _pfs("PFSEARL", ", partial dates at their earliest", "the plan's", (*_SCANNED, 4, 9)),
    _pfs("PFSLATE", ", partial dates at their latest", "the plan's", (*_SCANNED, 4, 9)),
    TimeParameter(
        "PFSG",
        "Progression-free survival from first guided dose",
        "GUIDFL",
        "GUIDDT",
        _PROGRESSION,
        (*_SCANNED, 4, 9),
        "the plan's",
        _PFS,
    ),
    *_recorded("PFSENR", "enrolment", "ENRLFL", "ENRLDT"),
    *_recorded("PFSMTB", "MTB date", "MTBFL", "MTBDT"),
    *_os("OS", "first dose", "TRTFL", "TRTSDT"),
    *_os("OSENR", "enrolment", "ENRLFL", "ENRLDT"),
    *_os("OSMTB", "MTB date", "MTBFL", "MTBDT"),
    TimeParameter(
        "OSCONT",
        "Overall survival from first dose, later deaths censored at the last contact",
        "TRTFL",
        "TRTSDT",
        ("Death",),
        _SURVIVAL,
        "as read before amendment A4",
        _OS,
    ),
    TimeParameter(
        "OSUNKN",
        "Overall survival from first dose, deaths after a withdrawal used where consent is unknown",
        "TRTFL",
        "TRTSDT",
        ("Death",),
        _SURVIVAL,
        "vital_status_consent unknown read as consent",
        _OS,
    ),
    TimeParameter(
        "PFSREP",
        "Progression-free survival as reported by the source",
        "ENRLFL",
        "ENRLDT",
        ("Event as reported",),
        (1,),
        "the source's",
        "endpoints.reported_outcomes",
    ),
    TimeParameter(
        "OSREP",
        "Overall survival as reported by the source",
        "ENRLFL",
        "ENRLDT",
        ("Event as reported",),
        (1,),
        "the source's",
        "endpoints.reported_outcomes",
    ),
    TimeParameter(
        "DOR",
        "Duration of confirmed response",
        "TRTFL",
        "",
        _PROGRESSION,
        (*_SCANNED, 4, 9),
        "the plan's; of confirmed responders",
        "endpoints.duration_of_response",
    ),
    TimeParameter(
        "TTR",
        "Time to confirmed response",
        "TRTFL",
        "TRTSDT",
        ("Confirmed CR or PR",),
        (),
        "of confirmed responders: nobody is censored",
        "endpoints.time_to_response",
    ),
    TimeParameter(
        "TTGUID",
        "Time from enrolment to guided therapy",
        "ENRLFL",
        "ENRLDT",
        (
            "First dose of guided therapy",
            "Death before guided therapy",
            "Withdrawal before guided therapy",
        ),
        (1, 2, 3, 8, 10, 12, 13),
        "death and withdrawal compete; other therapy is ignored",
        "endpoints.time_to_guided_therapy",
    ),
    TimeParameter(
        "TOT",
        "Time on first treatment",
        "TRTFL",
        "TRTSDT",
        ("End of treatment", "Death"),
        (1, 2, 3, 8, 12, 13),
        "while on treatment",
        "endpoints.time_on_treatment",
    ),
    TimeParameter(
        "TTSAE",
        "Time to first serious adverse event",
        "TRTFL",
        "TRTSDT",
        ("Serious adverse event", "Death", "Regimen of another treatment group"),
        (1, 2, 3, 8, 10, 12, 13),
        "death and a regimen of another group compete",
        "endpoints.time_to_serious_adverse_event",
    ),
    _workup("TCONBIO", "Time from consent to biopsy", "ENRLFL", "CONSDT", "First specimen"),
    _workup("TBIONGS", "Time from biopsy to sequencing report", "BIOPFL", "BIOPDT", "Report"),
    _workup("TNGSMTB", "Time from sequencing report to MTB", "SEQFL", "NGSDT", "MTB discussion"),
    _workup(
        "TMTBTRT",
        "Time from MTB discussion to first guided dose",
        "MTBFL",
        "MTBFDT",
        "First guided dose",
        "Other systemic therapy before it",
    ),
    _workup("TCONTRT", "Time from consent to first dose", "ENRLFL", "CONSDT", "First dose"),
    _deterioration("TTDPF", "Physical function"),
    _deterioration("TTDANX", "Anxiety"),
    _deterioration("TTDDEP", "Depression"),
    _deterioration("TTDFAT", "Fatigue"),
    _deterioration("TTDSLP", "Sleep disturbance"),
    _deterioration("TTDSOC", "Social roles"),
    _deterioration("TTDPAINI", "Pain interference"),
    _deterioration("TTDPAINN", "Pain intensity"),
)
BY_PARAMCD = {time.paramcd: time for time in TIMES}
