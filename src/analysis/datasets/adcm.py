"""ADCM: one row per prior line of anticancer treatment, with PFS on that line (PFS1)."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import with_source
from analysis.dates import UNIT, middle, precision
from analysis.endpoints.line_progression import Span, following_lines, line_times
from analysis.params import Rules

_TIMES = ["PFS1", "PFS1RSN", "PFS1ORFL", "PFS1END", "PFS1STOP"]


def build_adcm(prior_treatments: pd.DataFrame, first_dose: pd.Series, rules: Rules) -> pd.DataFrame:
    """Prior treatment lines.

    A partial date is put in the middle of what is known (the 15th; 1 July) and flagged, moved no
    further than the order of start, progression and next line asks. PFS1 = PDDT - ASTDT + 1 days
    where a progression is recorded on the line (`endpoints.line_progression`), and missing where a
    date is missing or known to the year only (SAP 1, PFSRFL).

    Parameters
    ----------
    prior_treatments : DataFrame
        Raw ``prior_treatments`` after the cut.
    first_dose : Series of datetime64
        First systemic dose after enrolment, by patient.
    rules : Rules
        ``treatment.systemic_classes``.

    Returns
    -------
    DataFrame
        USUBJID LINE TRT THERCLS ASTDT ASTDTF AENDT AENDTF BESTRESP PDDT PDDTF STOPRSN PFS1 PFS1RSN
        PFS1ORFL PFS1END PFS1STOP, source.
    """
    rows = prior_treatments.reset_index(drop=True)
    start, end, progression = (
        Span.of_partial(rows[name]) for name in ("start_date", "end_date", "progression_date")
    )
    systemic = rows["therapy_class"].isin(rules.treatment.systemic_classes)
    following = following_lines(rows, start, systemic, first_dose)
    times = line_times(start, progression, end, following, rows["stop_reason"])
    ended = middle(rows["end_date"])
    adcm = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "LINE": rows["line"].astype("Int64"),
            "TRT": rows["regimen"],
            "THERCLS": rows["therapy_class"],
            "ASTDT": times["ASTDT"],
            "ASTDTF": precision(rows["start_date"]),
            "AENDT": ended.where(~(ended < times["ASTDT"]), times["ASTDT"]).astype(UNIT),
            "AENDTF": precision(rows["end_date"]),
            "BESTRESP": rows["best_response"],
            "PDDT": times["PDDT"],
            "PDDTF": precision(rows["progression_date"]),
            "STOPRSN": rows["stop_reason"],
            **{name: times[name] for name in _TIMES},
        }
    )
    located = with_source(
        adcm.assign(line=rows["file_line"]), "prior_treatments", "progression_date"
    )
    return located.drop(columns="line")
