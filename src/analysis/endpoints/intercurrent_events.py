"""What happens between origin and event: end of follow-up, other therapy, clinical progression.

SAP D7 and section 4, situations 10 to 18 and 20. Facts only: what they mean for a patient is said
by each endpoint and estimand.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, complete, earlier_of, earliest, later_of, latest, middle, precision
from analysis.endpoints.vital_status import (
    LACK_OF_EFFICACY,
    OTHER,
    disposition_dates,
    last_day_that_counts,
)
from analysis.params import Rules
from schemas.terminology import LOCAL_CLASSES


def last_days_that_count(
    adsl: pd.DataFrame, disposition: pd.DataFrame, rules: Rules, origin: str | None = None
) -> pd.DataFrame:
    """Last day for deaths and last day for everything else, where follow-up truncates.

    Deaths count up to the planned end of follow-up, after a withdrawal or loss too: whether a later
    death may be used is decided by the consent to vital status (SAP 4, OS). Scans and therapies
    count up to the planned end, the withdrawal, the loss or another end of the study, whichever
    comes first (SAP D7); a partial date of these at its latest, so that no scan is lost to a
    missing day.

    Parameters
    ----------
    adsl : DataFrame
        USUBJID, ENRLDT, TRTSDT.
    disposition : DataFrame
        Raw table after the cut.
    rules : Rules
        ``follow_up``.
    origin : str, optional
        As of `planned_end`.

    Returns
    -------
    DataFrame
        With the index of `adsl`: DTHLIMDT, LIMITDT; missing with ``follow_up.truncate: false``.
    """
    planned = last_day_that_counts(adsl, rules, origin)
    left = []
    for event in ("withdrawal", "lost_to_follow_up", "discontinued"):
        rows = disposition_dates(disposition, event)
        last = pd.Series(latest(rows["event_date"]), rows.index)
        left.append(adsl["USUBJID"].map(last).astype(UNIT))
    last = earlier_of(planned, *left).where(planned.notna()).astype(UNIT)
    return pd.DataFrame({"DTHLIMDT": planned, "LIMITDT": last})


def up_to(dates: pd.Series, limit: pd.Series) -> pd.Series:
    """Dates on or before a limit; later ones are missing, a missing limit is none."""
    return dates.where(~(dates > limit)).astype(UNIT)


def from_origin(dates: pd.Series, origin: pd.Series) -> pd.Series:
    """Dates on or after the origin; earlier ones are missing."""
    return dates.where(~(dates < origin)).astype(UNIT)


def death_dates(adsl: pd.DataFrame, disposition: pd.DataFrame, rules: Rules) -> pd.Series:
    """Death by ``pfs.partial_dates`` (situation 20), for the deaths that may be used (DTHDT).

    The imputed date is the earliest that the last sign of life allows, so ``imputed`` and
    ``earliest`` agree; ``latest`` is the last day that the partial date could be, the cut at most.
    """
    if rules.pfs.partial_dates != "latest":
        return adsl["DTHDT"].astype(UNIT)
    rows = disposition_dates(disposition, "death")
    last = adsl["USUBJID"].map(pd.Series(latest(rows["event_date"]), rows.index)).astype(UNIT)
    bounded = later_of(earlier_of(last, adsl["DCUTDT"]), adsl["DTHDT"])
    return bounded.where(adsl["DTHDTF"].notna() & adsl["DTHDT"].notna(), adsl["DTHDT"])


def recorded_clinical_progression(
    patients: pd.DataFrame, disposition: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Clinical progression from the disposition (situations 11 and 20).

    As recorded, or a study that ended for lack of efficacy; the earlier counts. A partial date: day
    missing = 15th, month missing = 1 July, then bounded by its neighbours (not before the origin,
    not after death or cut); ``pfs.partial_dates`` takes its bounds instead. Before the origin it
    does not count.

    Parameters
    ----------
    patients : DataFrame
        USUBJID, STARTDT, DTHDT, DCUTDT.

    Returns
    -------
    DataFrame
        With the index of `patients`: CLINDT, CLINDTF ("D", "M" or missing), CLINLINE.
    """
    no_effect = disposition["event"].eq(OTHER) & disposition["reason"].eq(LACK_OF_EFFICACY)
    named = disposition.assign(
        event=disposition["event"].mask(no_effect, "clinical_progression"),
        event_date=disposition["event_date"],
    )
    rows = disposition_dates(named, "clinical_progression").reindex(patients["USUBJID"])
    rows = rows.set_axis(patients.index)
    text = rows["event_date"]
    take = {"imputed": middle, "earliest": earliest, "latest": latest}[rules.pfs.partial_dates]
    bounded = earlier_of(
        later_of(take(text), patients["STARTDT"]), patients["DTHDT"], patients["DCUTDT"]
    )
    possible = latest(text) >= patients["STARTDT"]
    imputed = bounded.where(text.notna() & possible)
    whole = complete(text)
    date = from_origin(whole, patients["STARTDT"]).where(whole.notna(), imputed)
    return pd.DataFrame(
        {
            "CLINDT": date.astype(UNIT),
            "CLINDTF": precision(text),
            "CLINLINE": rows["line"].astype("Int64"),
        },
        index=patients.index,
    )


def _first_of_patient(rows: pd.DataFrame, date: str, patients: pd.DataFrame) -> pd.DataFrame:
    """Earliest row of each patient by a date, in the order of `patients`."""
    ordered = rows.sort_values(["USUBJID", date, "SRCROW"], kind="stable")
    first = ordered.drop_duplicates("USUBJID").set_index("USUBJID")
    return first.reindex(patients["USUBJID"]).set_axis(patients.index)


def stop_for_progression(
    patients: pd.DataFrame, adex: pd.DataFrame, progressions: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """End of the first systemic regimen stopped for progression that no scan explains.

    Regimens that started on or after the origin; explained by a progression on a scan at most
    ``clinical_pd_window_days`` before or after the end (situation 11).

    Parameters
    ----------
    patients : DataFrame
        USUBJID, STARTDT.
    adex : DataFrame
        USUBJID, ASTDT, AENDT, TRTGRP (systemic), STOPRSN, SRCROW.
    progressions : DataFrame
        USUBJID, ADT of every progression on a scan.

    Returns
    -------
    DataFrame
        With the index of `patients`: STOPDT, STOPLINE.
    """
    systemic = adex[adex["TRTGRP"].notna() & adex["STOPRSN"].eq("progression")]
    systemic = systemic[systemic["AENDT"].notna()].reset_index(drop=True)
    origin = systemic["USUBJID"].map(patients.set_index("USUBJID")["STARTDT"]).astype(UNIT)
    mine = systemic[systemic["ASTDT"] >= origin].reset_index(names="REGIMEN")
    scans = progressions[["USUBJID", "ADT"]].rename(columns={"ADT": "SCANDT"})
    pairs = mine[["REGIMEN", "USUBJID", "AENDT"]].merge(scans, on="USUBJID")
    apart = (pairs["SCANDT"] - pairs["AENDT"]).dt.days.abs()
    explained = pairs.loc[apart <= rules.pfs.clinical_pd_window_days, "REGIMEN"]
    first = _first_of_patient(mine[~mine["REGIMEN"].isin(explained)], "AENDT", patients)
    return pd.DataFrame(
        {"STOPDT": first["AENDT"].astype(UNIT), "STOPLINE": first["SRCROW"].astype("Int64")}
    )


def local_therapy(patients: pd.DataFrame, adex: pd.DataFrame) -> pd.DataFrame:
    """First radiotherapy or surgery to a target lesion after the origin (situation 18).

    Parameters
    ----------
    patients : DataFrame
        USUBJID, STARTDT.
    adex : DataFrame
        USUBJID, ASTDT, THERCLS, TRGLTRFL, LOCRSN, SRCROW.

    Returns
    -------
    DataFrame
        With the index of `patients`: LOCDT, LOCLINE; LOCPDDT, LOCPDLINE for those given because of
        progression.
    """
    local = adex[adex["THERCLS"].isin(LOCAL_CLASSES) & adex["TRGLTRFL"].eq("Y")]
    origin = local["USUBJID"].map(patients.set_index("USUBJID")["STARTDT"]).astype(UNIT)
    local = local[local["ASTDT"] > origin]
    found = {}
    for name, rows in (("LOC", local), ("LOCPD", local[local["LOCRSN"].eq("progression")])):
        first = _first_of_patient(rows, "ASTDT", patients)
        found[f"{name}DT"] = first["ASTDT"].astype(UNIT)
        found[f"{name}LINE"] = first["SRCROW"].astype("Int64")  # type: ignore[assignment]
    return pd.DataFrame(found)
