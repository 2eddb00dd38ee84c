"""ADQS: PROMIS-29 scores and ECOG at every planned visit, forms that are not there included.

SAP section 5, 14.2.8 and 14.2.9. One row per patient, planned visit and parameter with its STATE,
whether a form came or not; beside them the records that stand for no visit (a second form in a
window, an unscheduled one, an ECOG of 5, which is a death and no examination), without a state.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import STUDYID, flag
from analysis.dates import UNIT
from analysis.endpoints.performance_change import ECOG
from analysis.endpoints.performance_status import baseline_records
from analysis.endpoints.promis29_scores import PARAMETERS, scorable, score_forms
from analysis.endpoints.questionnaire_state import COMPLETED, questionnaire_states
from analysis.visits import BASELINE, UNSCHEDULED, anchor_dates, assign_visits

DEATH_VALUE = 5
_VALUES = ["RAWSUM", "AVAL", "SE"]
_RECORD = ["USUBJID", "ADT", "PARAMCD", *_VALUES, "ADY", "AVISIT", "AVISITN", "STANDS", "SRCROW"]
_TYPES = {"RAWSUM": "Int64", "AVAL": "float64", "SE": "float64", "ADY": "Int64", "AVISITN": "Int64"}
_VISIT = ["USUBJID", "PARAMCD", "AVISIT", "AVISITN"]


def build_adqs(
    promis29: pd.DataFrame, ecog: pd.DataFrame, adsl: pd.DataFrame, rules
) -> pd.DataFrame:
    """PROMIS-29 and ECOG by visit.

    Parameters
    ----------
    promis29, ecog : DataFrame
        Raw tables after the cut.
    adsl : DataFrame
        USUBJID CONSDT TRTSDT MTBDT ENRLDT ANCHORDT DTHDT WITHDT LOSTDT COMPDT EOFDT DCUTDT.
    rules : Rules
        ``promis29.item_coding``, ``visits``.

    Returns
    -------
    DataFrame
        Patients x planned visits x parameters, and the records that stand for no visit: USUBJID
        PARAMCD RAWSUM AVAL SE BASE CHG AVISIT AVISITN ADT ADY EXPFL COMPFL STATE ANL01FL BLOLDFL
        and the source of rows that stem from a form.
    """
    forms = promis29.reset_index(drop=True)
    scores = score_forms(forms, rules)
    answers = forms[["patient_id", "line"]].assign(
        date=forms["completion_date"], usable=scorable(forms)
    )

    exams = ecog.reset_index(drop=True)
    alive = exams["ecog"].lt(DEATH_VALUE).fillna(False).astype(bool)
    status = exams[["patient_id", "line"]].assign(date=exams["assessment_date"], usable=alive)
    values = pd.DataFrame(
        {"form": exams.index, "PARAMCD": ECOG, "AVAL": exams["ecog"].astype("float64")}
    )
    rows = [
        _instrument("promis29", "completion_date", answers, scores, PARAMETERS, adsl, rules),
        _instrument("ecog", "assessment_date", status, values, (ECOG,), adsl, rules),
    ]
    return pd.concat(rows, ignore_index=True).assign(STUDYID=STUDYID)


def _instrument(
    table: str, column: str, forms: pd.DataFrame, scores: pd.DataFrame, parameters, adsl, rules
) -> pd.DataFrame:
    """All rows of one instrument; `forms` has patient_id, line, date and usable."""
    anchors = anchor_dates(adsl, "TRTSDT", "MTBDT", "ENRLDT")
    placed, old = _placed(forms, adsl, anchors, rules)
    records = scores.merge(placed, left_on="form", right_index=True, how="inner")
    records = records.reindex(columns=_RECORD).astype(_TYPES)
    standing = placed[placed["STANDS"] & placed["AVISIT"].ne(UNSCHEDULED)]
    grid = questionnaire_states(standing, adsl, anchors, rules)
    grid = grid.merge(pd.DataFrame({"PARAMCD": list(parameters)}), how="cross")
    stands = records["STANDS"] & records["AVISIT"].ne(UNSCHEDULED)
    planned = grid.merge(
        records[stands].drop(columns="STANDS"), on=_VISIT, how="left", validate="1:1"
    )
    planned["ANL01FL"] = flag(planned["STATE"].eq(COMPLETED))
    planned["BLOLDFL"] = flag(
        planned["AVISIT"].eq(BASELINE) & planned["USUBJID"].isin(old) & planned["AVAL"].notna()
    )
    others = records[~stands].drop(columns="STANDS")
    rows = pd.concat([planned, others], ignore_index=True) if len(others) else planned
    rows = _with_change(rows)
    there = rows["SRCROW"].notna()
    source = {"SRCDOM": table, "SRCVAR": column, "SRCFILE": f"{table}.csv"}
    for name, value in source.items():
        rows[name] = pd.Series(value, index=rows.index, dtype=object).where(there, None)
    return rows


def _placed(forms: pd.DataFrame, adsl: pd.DataFrame, anchors: pd.Series, rules):
    """Each form with its visit and whether it stands for it; and whose baseline is old."""
    usable = forms["usable"]
    chosen = baseline_records(forms[usable], adsl, "date", rules)
    dates = pd.DataFrame(
        {"USUBJID": forms["patient_id"], "ADT": forms["date"].astype(UNIT), "line": forms["line"]}
    )
    baseline = chosen["date"].astype(UNIT)
    parts = [
        assign_visits(dates[which], anchors, rules, baseline=baseline)
        for which in (usable, ~usable)
        if which.any()
    ]
    placed = pd.concat(parts) if parts else assign_visits(dates, anchors, rules, baseline=baseline)
    stands = placed["ANL01FL"].eq("Y") & usable.reindex(placed.index)
    placed = placed.assign(STANDS=stands.astype(bool), SRCROW=placed["line"].astype("Int64"))
    return placed.drop(columns=["line", "ANL01FL"]), chosen.index[chosen["old"]]


def _with_change(rows: pd.DataFrame) -> pd.DataFrame:
    """Add BASE, and CHG of what comes after the baseline."""
    at_baseline = rows[rows["AVISIT"].eq(BASELINE) & rows["STATE"].notna()]
    baseline = at_baseline[["USUBJID", "PARAMCD", "AVAL", "ADT"]].rename(
        columns={"AVAL": "BASE", "ADT": "BASEDT"}
    )
    rows = rows.merge(baseline, on=["USUBJID", "PARAMCD"], how="left", validate="m:1")
    after = rows["AVISIT"].ne(BASELINE) & (rows["ADT"] > rows["BASEDT"])
    rows["CHG"] = (rows["AVAL"] - rows["BASE"]).where(after)
    return rows.drop(columns="BASEDT")
