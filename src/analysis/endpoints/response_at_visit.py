"""Objective response at a visit: what each patient counts as at each planned visit. SAP T14.2.1.1.

A visit is due when its window has closed by the cut, whatever happened before: counting an unclosed
window because the patient has already progressed would let only failures in. At a due visit the
patient is what the assessment says, unless progression, death or new anticancer therapy came before
it (composite: non-responder). Without an assessment the visit is not done, and a non-response.

Whether something came before is judged at the assessment nearest to the target day, evaluable or
not. It is chosen among those up to the end of follow-up: a scan after a withdrawal takes the place
of no other. Progression and new therapy do not limit the choice: a scan on new therapy, where it is
the nearest, is a visit at which new therapy came before.

Only where nothing came before does it matter whether that assessment can be judged. If it cannot
(NE), the value is that of the nearest evaluable assessment of the window before the first of
progression, new therapy and death; failing that, a progression in the window is the visit's own, if
no new therapy came before it; failing that, the visit is NE.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.params import Rules
from analysis.visits import anchor_dates, assign_visits, visits_due

PD_BEFORE = "PD before"
NEW_THERAPY_BEFORE = "New therapy before"
DEATH_BEFORE = "Death before"
NOT_DONE = "Not done"
NOT_DUE = "Not due"
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
STATUSES = (*RESPONSES, PD_BEFORE, DEATH_BEFORE, NEW_THERAPY_BEFORE, NOT_DONE)
OBJECTIVE = ("CR", "PR")
ASSESSED = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD")


def _first_progression(assessments: pd.DataFrame, patients: pd.Index) -> pd.Series:
    found = assessments[assessments["AVALC"].eq("PD")].groupby("USUBJID")["ADT"].min()
    return found.reindex(patients).astype(UNIT)


def status_at_visits(
    assessments: pd.DataFrame, adsl: pd.DataFrame, rules: Rules, *, nearest_only: bool = False
) -> pd.DataFrame:
    """Status of each patient at each planned visit.

    Parameters
    ----------
    assessments : DataFrame
        Effective overall responses after the first dose, one a day: USUBJID, ADT, AVALC.
    adsl : DataFrame
        One row per treated patient: USUBJID TRTSDT NACTDT DTHDT EOFDT DCUTDT.
    rules : Rules
        ``visits``.
    nearest_only : bool
        The reading before amendment A11: the value of the nearest assessment, evaluable or not.

    Returns
    -------
    DataFrame
        One row per patient and visit: USUBJID AVISIT AVISITN, STATUS (one of `STATUSES`, as far as
        known), ADT (assessment that stands for the visit; missing where there is none), DUE (bool),
        OR (bool: CR or PR and nothing before), ASSESSED (bool: an evaluable assessment stands for
        the visit and nothing came before it).
    """
    patients = adsl.set_index("USUBJID").sort_index()
    anchors = anchor_dates(adsl, "TRTSDT")
    closing = assessments["USUBJID"].map(patients["EOFDT"]).astype(UNIT)
    counted = assessments.loc[
        ~(assessments["ADT"] > closing) & assessments["USUBJID"].isin(patients.index),
        ["USUBJID", "ADT", "AVALC"],
    ]
    progression = _first_progression(counted, patients.index)
    nearest = _standing(counted, anchors, rules)
    value = nearest if nearest_only else _values(counted, nearest, progression, patients, rules)
    due = visits_due(adsl, anchors, rules)
    parts = []
    for window in rules.visits.windows:
        at, shown, visit = (
            rows[rows["AVISIT"].eq(window.label)].set_index("USUBJID").reindex(patients.index)
            for rows in (nearest, value, due)
        )
        parts.append(_one_visit(visit, patients, at, shown, progression))
    return pd.concat(parts, ignore_index=True)


def _standing(counted: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """The assessment nearest to the target of each visit, with its response."""
    visits = assign_visits(counted[["USUBJID", "ADT"]], anchors, rules)
    return visits.assign(AVALC=counted["AVALC"])[visits["ANL01FL"].eq("Y")]


def _values(counted, nearest, progression, patients, rules: Rules) -> pd.DataFrame:
    """The assessment that gives each visit its value, if nothing came before the nearest one."""
    by = counted["USUBJID"]
    first_pd, therapy, death = (
        by.map(dates).astype(UNIT) for dates in (progression, patients["NACTDT"], patients["DTHDT"])
    )
    # a missing date is never before; a scan on the day of death came before it
    in_time = ~(counted["ADT"] >= therapy) & ~(counted["ADT"] > death)
    evaluable = counted["AVALC"].ne("NE") & in_time & ~(counted["ADT"] >= first_pd)
    own = counted["ADT"].eq(first_pd) & in_time
    anchors = patients["TRTSDT"]
    choices = [
        nearest[nearest["AVALC"].ne("NE")],
        _standing(counted[evaluable], anchors, rules),
        _standing(counted[own], anchors, rules),
        nearest,
    ]
    return pd.concat(choices).drop_duplicates(["USUBJID", "AVISIT"])


def _one_visit(visit, patients, at, shown, progression) -> pd.DataFrame:
    """Status at one visit: the value, or what came before the nearest assessment."""
    done = at["ADT"].notna()
    until = at["ADT"].where(done, visit["CLOSEDT"]).astype(UNIT)
    before = pd.DataFrame(
        {
            # an assessment counts strictly before new therapy; a PD at the visit is the visit's own
            PD_BEFORE: progression.where(progression.lt(until) | (~done & progression.le(until))),
            NEW_THERAPY_BEFORE: patients["NACTDT"].where(patients["NACTDT"] <= until),
            DEATH_BEFORE: patients["DTHDT"].where(~done & (patients["DTHDT"] <= until)),
        }
    ).astype(UNIT)
    earliest = before.min(axis=1)
    came_before = earliest.notna()
    conditions = [before[name].eq(earliest) & came_before for name in before]
    status = np.select(
        [*conditions, done], [*before.columns, shown["AVALC"].fillna("NE")], default=NOT_DONE
    )
    status = pd.Series(status, patients.index, dtype=object)
    return pd.DataFrame(
        {
            "USUBJID": patients.index,
            "AVISIT": visit["AVISIT"].to_numpy(),
            "AVISITN": visit["AVISITN"].to_numpy(),
            "STATUS": status.to_numpy(),
            "ADT": at["ADT"].where(came_before, shown["ADT"]).to_numpy(),
            "DUE": visit["DUE"].to_numpy(dtype=bool),
            "OR": status.isin(OBJECTIVE).to_numpy(),
            "ASSESSED": status.isin(ASSESSED).to_numpy(),
        }
    )
