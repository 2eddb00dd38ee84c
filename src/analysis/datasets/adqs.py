"""ADQS: PROMIS-29 scores and ECOG at every planned visit, forms that are not there included.

SAP section 5, 14.2.8 and 14.2.9. One row per patient, planned visit and parameter with its STATE,
whether a form came or not; beside them the records that stand for no visit (a second form in a
window, an unscheduled one, an ECOG of 5, which is a death and no examination), without a state.

A form in which a score is incomplete hides none that is complete: for each parameter the last form
on or before the anchor, or the nearest to the target of the window, that has its value stands for
the visit. Where none has it, the last or nearest form that gives any score stands, without a value.
So the scores of one visit may stem from several forms, but each from one; a summary score stands
where one form has all its components. STATE, EXPFL and COMPFL say what became of the visit, the
same for every parameter: completed where a form that gives any score is there.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets.source import STUDYID, flag
from analysis.dates import UNIT
from analysis.endpoints.performance_change import ECOG
from analysis.endpoints.performance_status import baseline_records
from analysis.endpoints.promis29_scores import PARAMETERS, scorable, score_forms
from analysis.endpoints.questionnaire_state import COMPLETED, questionnaire_states
from analysis.missing import NO_TEXT
from analysis.params import Rules
from analysis.visits import BASELINE, UNSCHEDULED, anchor_dates, assign_visits

DEATH_VALUE = 5
_VALUES = ["RAWSUM", "AVAL", "SE"]
_RECORD = ["USUBJID", "ADT", "PARAMCD", *_VALUES, "ADY", "AVISIT", "AVISITN", "SRCROW", "OLD"]
_TYPES = {"RAWSUM": "Int64", "AVAL": "float64", "SE": "float64", "ADY": "Int64", "AVISITN": "Int64"}
_VISIT = ["USUBJID", "PARAMCD", "AVISIT", "AVISITN"]


def build_adqs(
    promis29: pd.DataFrame, ecog: pd.DataFrame, adsl: pd.DataFrame, rules: Rules
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
    table: str,
    column: str,
    forms: pd.DataFrame,
    scores: pd.DataFrame,
    parameters,
    adsl: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """All rows of one instrument; `forms` has patient_id, line, date and usable."""
    anchors = anchor_dates(adsl, "TRTSDT", "MTBDT", "ENRLDT")
    scored = scores.merge(forms, left_on="form", right_index=True, validate="m:1")
    records = _placed(scored[scored["patient_id"].isin(adsl["USUBJID"])], adsl, anchors, rules)
    stands = records["STANDS"] & records["AVISIT"].ne(UNSCHEDULED)
    grid = questionnaire_states(
        records.loc[stands, ["USUBJID", "AVISIT"]].drop_duplicates(), adsl, anchors, rules
    )
    grid = grid.merge(pd.DataFrame({"PARAMCD": list(parameters)}), how="cross")
    records = records.reindex(columns=_RECORD).astype(_TYPES)
    planned = grid.merge(records[stands], on=_VISIT, how="left", validate="1:1")
    there = planned["SRCROW"].notna()
    planned["ANL01FL"] = flag(planned["STATE"].eq(COMPLETED) & there)
    planned["BLOLDFL"] = flag(there & planned["OLD"].eq(True) & planned["AVAL"].notna())
    others = records[~stands]
    rows = pd.concat([planned, others], ignore_index=True) if len(others) else planned
    rows = _with_change(rows.drop(columns="OLD"))
    there = rows["SRCROW"].notna()
    source = {"SRCDOM": table, "SRCVAR": column, "SRCFILE": f"{table}.csv"}
    for name, value in source.items():
        rows[name] = pd.Series(value, index=rows.index, dtype=object).where(there, NO_TEXT)
    return rows


def _placed(
    records: pd.DataFrame, adsl: pd.DataFrame, anchors: pd.Series, rules: Rules
) -> pd.DataFrame:
    """Visit of each form for each parameter, whether it stands for it, and old baselines.

    One pass for all parameters: each pair of patient and parameter goes by a number. Forms that
    give no score at all stand for no visit.
    """
    number = records.groupby(["patient_id", "PARAMCD"], sort=False).ngroup()
    forms = records[["date", "line"]].assign(patient_id=number)
    people = adsl[["USUBJID", "CONSDT", "ANCHORDT", "TRTSDT"]].rename(
        columns={"USUBJID": "patient_id"}
    )
    pairs = records[["patient_id"]].assign(USUBJID=number).drop_duplicates("USUBJID")
    pairs = pairs.merge(people, on="patient_id", validate="m:1")
    usable = records["usable"]
    complete = usable & records["AVAL"].notna()
    chosen = [baseline_records(forms[which], pairs, "date", rules) for which in (complete, usable)]
    baseline = pd.concat(chosen)
    baseline = baseline[~baseline.index.duplicated()]
    dates = pd.DataFrame(
        {"USUBJID": forms["patient_id"], "ADT": forms["date"].astype(UNIT), "line": forms["line"]}
    )
    given: dict[str, Any] = {
        "anchors": pairs.set_index("USUBJID")["patient_id"].map(anchors),
        "rules": rules,
        "baseline": baseline["date"].astype(UNIT),
    }
    parts = [
        assign_visits(dates[which], complete=complete[which], **given)
        for which in (usable, ~usable)
    ]
    placed = pd.concat([part for part in parts if len(part)] or parts[:1]).reindex(records.index)
    old = placed["AVISIT"].eq(BASELINE) & placed["USUBJID"].isin(baseline.index[baseline["old"]])
    return records.assign(
        USUBJID=records["patient_id"],
        ADT=placed["ADT"],
        ADY=placed["ADY"],
        AVISIT=placed["AVISIT"],
        AVISITN=placed["AVISITN"],
        STANDS=(placed["ANL01FL"].eq("Y") & usable).astype(bool),
        SRCROW=records["line"].astype("Int64"),
        OLD=old,
    )


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
