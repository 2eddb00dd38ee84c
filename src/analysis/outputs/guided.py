"""T14.2.2.1, T14.2.2.2 and F14.2.2.1: therapy guided by tumour molecular characteristics.

Primary B: all enrolled, nobody removed; death or withdrawal before the start is not guided
(composite). The cumulative incidence is the estimator for interim cuts, where some patients have
not had time to start.
"""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.competing_events import add_curve, add_landmarks
from analysis.outputs.funnel_states import PENDING, states
from analysis.outputs.groups import in_set
from analysis.outputs.known_at_origin import followed
from analysis.outputs.proportion import add_proportion

ANY = "Any guided therapy"
TARGETED = "Guided targeted drug"
CAUSES = {1: "Guided therapy started", 2: "Death before", 3: "Withdrawal before"}


def guided_proportion(data, rules) -> EstimateRows:
    """T14.2.2.1: proportion of all enrolled on guided therapy.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex``, ``admb`` and ``adngs``.
    rules : Rules
        ``estimation`` and ``molecular``.

    Returns
    -------
    EstimateRows
        Analyses "any regimen" (main) and "first regimen"; parameter: any guided (main), guided
        targeted drug only, and each class; "pending at cut" counts who is not guided and still in
        the study.
    """
    adsl, adex = data["adsl"], data["adex"]
    rows = EstimateRows("T14.2.2.1", "ENRLFL")
    enrolled = adsl["USUBJID"]
    targeted = guided_targeted(adex)
    first = adsl["TRTGRP1"].eq("TG")
    kinds = {
        "any regimen": (in_set(adsl, "GUIDFL")["USUBJID"], targeted),
        "first regimen": (
            adsl.loc[first, "USUBJID"],
            adsl.loc[first & adsl["GUIDCLS"].eq("targeted"), "USUBJID"],
        ),
    }
    for analysis, (anyone, drug) in kinds.items():
        add_proportion(rows, Cell(analysis, parameter=ANY), anyone, enrolled, rules)
        add_proportion(rows, Cell(analysis, parameter=TARGETED), drug, enrolled, rules)
    for guided_class in ("targeted", "immunotherapy", "other"):
        of_class = adsl.loc[adsl["GUIDCLS"].eq(guided_class), "USUBJID"]
        cell = Cell("class of the first guided regimen", parameter=ANY, category=guided_class)
        rows.count(cell, of_class)
    waiting = adsl["GUIDFL"].ne("Y") & adsl["EOSSTT"].eq("ONGOING")
    rows.count(Cell("pending at cut", parameter=ANY), adsl.loc[waiting, "USUBJID"])
    stand = states(data, rules)
    open_step = stand.loc[stand["STATE"].eq(PENDING), "USUBJID"]
    rows.count(Cell("step open at cut", parameter=ANY), open_step)
    return rows


def guided_targeted(adex: pd.DataFrame) -> pd.Series:
    """Patients with a guided regimen of a targeted drug, the first guided one or a later."""
    chosen = adex["GUIDFL"].eq("Y") & adex["THERCLS"].eq("targeted")
    return adex.loc[chosen, "USUBJID"].drop_duplicates()


DENOMINATORS = (
    ("SEQFL", "of sequenced"),
    ("MTBFL", "of discussed by MTB"),
    ("ACTFL", "of those with an intervenable variant"),
    ("RECTGFL", "of those with guided therapy recommended"),
)


def conditional_guided_proportions(data, rules) -> EstimateRows:
    """T14.2.2.2: guided among sequenced, discussed, intervenable and recommended patients."""
    adsl, targeted = data["adsl"], guided_targeted(data["adex"])
    rows = EstimateRows("T14.2.2.2", "ENRLFL")
    for flag, label in DENOMINATORS:
        population = in_set(adsl, flag)
        guided = in_set(population, "GUIDFL")
        drug = guided[guided["USUBJID"].isin(targeted)]
        for parameter, who in ((ANY, guided), (TARGETED, drug)):
            add_proportion(
                rows,
                Cell(label, parameter=parameter),
                who["USUBJID"],
                population["USUBJID"],
                rules,
                analysis_set=flag,
            )
    return rows


def guided_cumulative_incidence(data, rules) -> EstimateRows:
    """F14.2.2.1: Aalen-Johansen cumulative incidence of guided therapy from enrolment.

    Returns
    -------
    EstimateRows
        Analysis "at landmark" (estimate, ci_low, ci_high, n_at_risk at the weeks of the plan),
        "curve" (estimate and limits at every day with an event, visit = day), and counts of each
        cause; death and withdrawal compete, other therapy does not.
    """
    time_to = followed(data, rules, "TTGUID")
    rows = EstimateRows("F14.2.2.1", "ENRLFL")
    rows.add(Cell("patients"), "N", len(time_to), unit="patients", n_subjects=len(time_to))
    for cause, label in CAUSES.items():
        who = time_to.loc[time_to["EVTCAUSE"].eq(cause), "USUBJID"]
        rows.count(Cell("events", category=label), who)
    rows.count(
        Cell("events", category="Not yet, in follow-up or lost"),
        time_to.loc[time_to["EVTCAUSE"].eq(0), "USUBJID"],
    )
    # day 1 = enrolment: a start on that day is at time 1, as AVAL counts both ends
    weeks = {f"Week {week}": 7 * week for week in rules.estimation.guided_weeks}
    for of, name in ((1, "guided"), (2, "death"), (3, "withdrawal")):

        def landmark(visit: str, name: str = name) -> Cell:
            return Cell("at landmark", visit=visit, parameter=name)

        def day(visit: str, name: str = name) -> Cell:
            return Cell("curve", visit=visit, parameter=name)

        add_landmarks(rows, landmark, time_to, of, weeks, rules)
        add_curve(rows, day, time_to, of, rules)
    return rows
