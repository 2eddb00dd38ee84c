"""Treatment periods of adverse events: to which period, and so to which group, an event belongs.

A treatment period runs from the first dose of a group's regimens to
``rules.safety.days_after_last_dose`` after the last dose of them (the longest window of its
regimens; immunotherapy has its own), or to the day before the next regimen of another group, if
that is earlier. An event is treatment-emergent when its onset lies in a period; the day of the
first dose counts. It belongs to the group of that period, so a patient who changes group may count
in two. Gaps between regimens of one group belong to the period (treatment policy).

A partial onset is treatment-emergent unless its known parts prove otherwise: of all days on which
the event can have begun (not after its resolution, death or the cut), one lies in a period. It
then belongs to the first such period, its onset is put on the first possible day there, and it is
flagged (ASTDTF).

Events that lie in no period have their own columns, so that every event of an enrolled patient is
in exactly one: before the first dose or of a patient never treated, and after a period's window or
the end of observation (OBSENDT of ADSL: `end_of_observation`): what is known of later events is
known by chance, and no time at risk stands behind it. TRTEMFL keeps to the dates of treatment
alone.

A grade that the data cut took back (the event turned fatal later) is missing, never guessed.

Source: SAP sections 2, 3 (E6) and 14.3; CTCAE v5.0 (the grade is severity, not seriousness).
"""

from __future__ import annotations

import pandas as pd

from analysis.ctcae import printed_terms
from analysis.dates import (
    UNIT,
    add_days,
    complete,
    earlier_of,
    earliest,
    later_of,
    latest,
    precision,
)
from analysis.missing import NO_TEXT
from analysis.params import Rules

ON_TREATMENT, BEFORE_OR_WITHOUT, AFTER = "on_treatment", "before_or_without", "after"
PERIOD_COLUMNS = ("USUBJID", "APERIOD", "TRTGRP", "APERSDT", "APEREDT")


def treatment_periods(adex: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """First and last day of each treatment period.

    Parameters
    ----------
    adex : DataFrame
        USUBJID APERIOD TRTGRP THERCLS ASTDT AENDT; local therapy (no APERIOD) is no period.
    rules : Rules
        ``safety.days_after_last_dose``.

    Returns
    -------
    DataFrame
        One row per patient and period, sorted: USUBJID APERIOD TRTGRP APERSDT APEREDT. APEREDT is
        missing while a regimen is ongoing and no other group follows; it lies before APERSDT where
        another group starts on the same day.
    """
    systemic = adex[adex["APERIOD"].notna()]
    windows = rules.safety.days_after_last_dose
    days = systemic["THERCLS"].map(windows).fillna(windows["default"]).astype("int64")
    closing = (systemic["AENDT"] + pd.to_timedelta(days, unit="D")).astype(UNIT)
    rows = systemic.assign(CLOSES=closing, OPEN=systemic["AENDT"].isna())
    periods = rows.groupby(["USUBJID", "APERIOD"], as_index=False, sort=True).agg(
        TRTGRP=("TRTGRP", "first"),
        APERSDT=("ASTDT", "min"),
        CLOSES=("CLOSES", "max"),
        OPEN=("OPEN", "any"),
    )
    following = periods.groupby("USUBJID")["APERSDT"].shift(-1).astype(UNIT)
    window = periods["CLOSES"].where(~periods["OPEN"].astype(bool)).astype(UNIT)
    periods["APEREDT"] = earlier_of(window, add_days(following, -1))
    return periods[list(PERIOD_COLUMNS)]


def from_entry(adsl: pd.DataFrame) -> pd.DataFrame:
    """ADSL with the enrolment in place of a consent whose date was not recorded."""
    if "ENRLDT" not in adsl or not adsl["CONSDT"].isna().any():
        return adsl
    return adsl.assign(CONSDT=adsl["CONSDT"].fillna(adsl["ENRLDT"]))


def possible_onset(events: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """First and last day on which each event can have begun.

    Parameters
    ----------
    events : DataFrame
        Raw ``adverse_events`` after the cut.
    adsl : DataFrame
        USUBJID CONSDT DTHDT DCUTDT.

    Returns
    -------
    DataFrame
        FIRSTDT and LASTDT, index of `events`. A complete onset is both. A missing one could be any
        day from consent; a partial one is no earlier than consent if it can be later.
    """
    known = from_entry(adsl).set_index("USUBJID")[["CONSDT", "DTHDT", "DCUTDT"]]
    of = {name: events["patient_id"].map(known[name]).astype(UNIT) for name in known}
    onset = events["onset_date"]
    whole = complete(onset)
    bound = earlier_of(latest(onset), latest(events["resolution_date"]), of["DTHDT"], of["DCUTDT"])
    first = earliest(onset).fillna(of["CONSDT"]).astype(UNIT)
    last = later_of(first, bound)
    from_consent = later_of(first, of["CONSDT"])
    first = from_consent.where(from_consent <= last, first)
    return pd.DataFrame(
        {"FIRSTDT": whole.fillna(first).astype(UNIT), "LASTDT": whole.fillna(last).astype(UNIT)}
    )


def assign_period(events: pd.DataFrame, periods: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Period, group, phase and onset date of each adverse event.

    Parameters
    ----------
    events : DataFrame
        Raw ``adverse_events`` after the cut.
    periods : DataFrame
        From `treatment_periods`.
    adsl : DataFrame
        USUBJID CONSDT TRTSDT OBSENDT, and what `possible_onset` reads.

    Returns
    -------
    DataFrame
        Index of `events`: TRTEMFL ("Y" or missing), APERIOD, TRTGRP, APHASE (on_treatment,
        before_or_without, after), ASTDT, ASTDTF, OBSFL ("Y": onset between consent and the end of
        observation, so that time at risk stands behind it).
    """
    possible = possible_onset(events, adsl)
    found = _first_overlap(events["patient_id"], possible, periods)
    known = from_entry(adsl).set_index("USUBJID")[["CONSDT", "TRTSDT", "OBSENDT"]]
    consent, start, end = (events["patient_id"].map(known[name]).astype(UNIT) for name in known)
    emergent = found["APERIOD"].notna()
    onset = later_of(possible["FIRSTDT"], found["APERSDT"]).where(events["onset_date"].notna())
    late = onset > end
    observed = ~late & ~(onset < consent)
    phase = pd.Series(AFTER, index=events.index, dtype=object)
    phase[(start.isna() & ~late) | (possible["LASTDT"] < start)] = BEFORE_OR_WITHOUT
    phase[emergent & ~late] = ON_TREATMENT
    return pd.DataFrame(
        {
            "TRTEMFL": pd.Series("Y", index=events.index, dtype=object).where(emergent, NO_TEXT),
            "APERIOD": found["APERIOD"],
            "TRTGRP": found["TRTGRP"],
            "APHASE": phase,
            "ASTDT": onset.astype(UNIT),
            "ASTDTF": precision(events["onset_date"]),
            "OBSFL": pd.Series("Y", index=events.index, dtype=object).where(observed, NO_TEXT),
        }
    )


def _first_overlap(
    patients: pd.Series, possible: pd.DataFrame, periods: pd.DataFrame
) -> pd.DataFrame:
    """The first period in which each event can have begun; missing where there is none."""
    spans = possible.assign(USUBJID=patients, event=possible.index)
    pairs = spans.merge(periods, on="USUBJID", how="inner")
    inside = (pairs["LASTDT"] >= pairs["APERSDT"]) & ~(pairs["FIRSTDT"] > pairs["APEREDT"])
    # a period that another group ends on its first day holds no day
    inside &= ~(pairs["APEREDT"] < pairs["APERSDT"])
    first = pairs[inside].sort_values(["event", "APERIOD"], kind="stable").drop_duplicates("event")
    found = first.set_index("event")[["APERIOD", "TRTGRP", "APERSDT"]].reindex(possible.index)
    group = found["TRTGRP"].astype(object)
    return found.assign(
        APERIOD=found["APERIOD"].astype("Int64"),
        TRTGRP=group.where(group.notna(), NO_TEXT),
        APERSDT=found["APERSDT"].astype(UNIT),
    )


def counted_events(adae: pd.DataFrame) -> pd.DataFrame:
    """Events as tables count them: each once in a treatment period, at its worst grade there.

    An event whose severity changed has a row for each severity (AESEQ); of those with their onset
    in one period the worst grade stands for it, and it is serious if one of them was. Terms that
    say nothing by themselves ("Other, specify") carry what was reported.

    Parameters
    ----------
    adae : DataFrame
        Analysis dataset.

    Returns
    -------
    DataFrame
        Rows of `adae`, AEDECOD as printed.
    """
    if "AETERM" in adae:
        adae = adae.assign(AEDECOD=printed_terms(adae["AEDECOD"], adae["AETERM"]))
    if "AESEQ" not in adae or not adae["AESEQ"].gt(1).any():
        return adae
    event = ["USUBJID", "AEID", "APHASE", "APERIOD"]
    serious = adae.groupby(event, dropna=False)["AESER"].transform("first")
    worst = adae.assign(AESER=serious).sort_values(
        [*event, "AETOXGR", "AESEQ"],
        ascending=[True] * len(event) + [False, True],
        kind="stable",
        na_position="last",
    )
    return worst.drop_duplicates(event).sort_index()


def observed_time(periods: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Days at risk of each patient in each phase and group; they add up to consent .. end.

    Parameters
    ----------
    periods : DataFrame
        From `treatment_periods`.
    adsl : DataFrame
        USUBJID CONSDT TRTSDT OBSENDT.

    Returns
    -------
    DataFrame
        One row per patient and phase (per period on treatment): USUBJID APHASE APERIOD TRTGRP DAYS
        (both ends counted, 0 where the phase did not come).
    """
    rows = from_entry(adsl).set_index("USUBJID")
    end = rows["OBSENDT"].astype(UNIT)
    total = _days(rows["CONSDT"], end)
    treated_from = add_days(rows["TRTSDT"].astype(UNIT), -1)
    before = _days(rows["CONSDT"], earlier_of(end, treated_from))
    closes = earlier_of(periods["APEREDT"], periods["USUBJID"].map(end).astype(UNIT))
    on = periods[["USUBJID", "APERIOD", "TRTGRP"]].assign(
        APHASE=ON_TREATMENT, DAYS=_days(periods["APERSDT"], closes)
    )
    spent = on.groupby("USUBJID")["DAYS"].sum().reindex(rows.index).fillna(0).astype("int64")
    after = (total - before - spent).where(rows["TRTSDT"].notna(), 0).clip(lower=0)
    parts = [on]
    for phase, days in ((BEFORE_OR_WITHOUT, before), (AFTER, after)):
        parts.append(
            pd.DataFrame({"USUBJID": rows.index, "APHASE": phase, "DAYS": days.to_numpy()})
        )
    time = pd.concat(parts, ignore_index=True)
    order = ["USUBJID", "APHASE", "APERIOD", "TRTGRP", "DAYS"]
    time = time.astype({"APERIOD": "Int64", "DAYS": "int64", "TRTGRP": object})
    return time.sort_values(order[:3], kind="stable", ignore_index=True)[order]


def _days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Days from start to end, both counted; 0 where the end comes before the start."""
    return ((end - start).dt.days + 1).fillna(0).clip(lower=0).astype("int64")
