"""L16.2.7 and L16.2.8: serious adverse events and deaths as they are, with the raw row."""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.death_after_treatment import deaths_by_timing
from analysis.outputs.groups import GROUP_LABELS, in_set

PHASES = {
    "before_or_without": "Before or without treatment",
    "on_treatment": "On treatment",
    "after": "After the treatment window or the end of observation",
}


def _with_flag(dates: pd.Series, flags: pd.Series) -> pd.Series:
    """Dates in ISO form, an imputed one with a star."""
    text = dates.dt.strftime("%Y-%m-%d").astype(object).where(dates.notna(), None)
    starred = [
        f"{date}*" if date and flag else date for date, flag in zip(text, flags, strict=True)
    ]
    return pd.Series(starred, index=dates.index, dtype=object)


def _source(rows: pd.DataFrame) -> pd.Series:
    return (rows["SRCFILE"] + ":" + rows["SRCROW"].astype("string")).astype(object)


def serious_event_listing(data) -> pd.DataFrame:
    """L16.2.7: every serious adverse event of an enrolled patient, in a treatment period or not.

    Returns
    -------
    DataFrame
        One row per event, by patient and onset: USUBJID, PERIOD (phase and group), ONSET, ASTDY,
        RESOLVED (imputed dates with a star), AEBODSYS, AEDECOD, AETERM (as reported), AESCRIT (what
        made it serious), GRADE (CTCAE, or why it is missing), AEREL, AEACN, AEOUT, SOURCE.
    """
    adae = data["adae"]
    serious = adae[adae["AESER"].eq("Y")]
    rows = serious.sort_values(["USUBJID", "ASTDT", "AEID"], kind="stable", ignore_index=True)
    group = rows["TRTGRP"].map(GROUP_LABELS)
    phase = rows["APHASE"].map(PHASES).astype(object)
    grade = rows["AETOXGR"].astype("string").astype(object)
    return pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "PERIOD": phase.where(rows["APHASE"].ne("on_treatment"), group),
            "ONSET": _with_flag(rows["ASTDT"], rows["ASTDTF"]),
            "ASTDY": rows["ASTDY"],
            "RESOLVED": _with_flag(rows["AENDT"], rows["AENDTF"]),
            **{name: rows[name] for name in ("AEBODSYS", "AEDECOD", "AETERM", "AESCRIT")},
            "GRADE": grade.where(rows["AETOXGR"].notna(), rows["GRADERSN"]),
            **{name: rows[name] for name in ("AEREL", "AEACN", "AEOUT")},
            "SOURCE": _source(rows),
        }
    )


def death_listing(data, rules) -> pd.DataFrame:
    """L16.2.8: every death of an enrolled patient.

    Returns
    -------
    DataFrame
        One row per death, by patient: USUBJID, SITEID, GROUP, TRTSDT, LASTDT (last dose), DEATH
        (imputed with a star), DAYS (from the last dose), TIMING, DTHCAUS, FATAL (terms of fatal
        adverse events), LSTALVDT, SOURCE (raw row, of the deaths that end OS from enrolment; those
        after the end of follow-up end no time).
    """
    adsl = in_set(data["adsl"], "ENRLFL")
    deaths = deaths_by_timing(adsl, data["adex"], rules)
    rows = adsl.set_index("USUBJID").reindex(deaths.index)
    fatal = data["adae"][data["adae"]["AEOUT"].eq("fatal")]
    terms = {
        who: "; ".join(sorted(own["AEDECOD"])) for who, own in fatal.groupby("USUBJID", sort=True)
    }
    adtte = data["adtte"]
    counted = adtte[adtte["PARAMCD"].eq("OSENR") & adtte["CNSR"].eq(0)]
    sources = _source(counted).set_axis(counted["USUBJID"])
    listing = pd.DataFrame(
        {
            "SITEID": rows["SITEID"],
            "GROUP": rows["TRTGRP1"].map(GROUP_LABELS),
            "TRTSDT": rows["TRTSDT"],
            "LASTDT": deaths["LASTDT"],
            "DEATH": _with_flag(rows["DTHDT"], rows["DTHDTF"]),
            "DAYS": deaths["DAYS"],
            "TIMING": deaths["TIMING"],
            "DTHCAUS": rows["DTHCAUS"],
            "FATAL": pd.Series([terms.get(who) for who in rows.index], rows.index, dtype=object),
            "LSTALVDT": rows["LSTALVDT"],
            "SOURCE": sources.reindex(rows.index).astype(object),
        }
    )
    return listing.rename_axis("USUBJID").reset_index()
