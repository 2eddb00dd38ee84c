"""The facts on which progression-free survival is judged, one row per patient. SAP section 4.

What happened and when, from one origin: first progression and death within follow-up, the last
adequate assessment up to every fact that an estimand asks about, assessments missed before the
event, baseline. No estimand is applied here.

Origin and anchor. Time counts from the origin (first dose, enrolment, MTB date, first guided dose).
Baseline, schedule of assessments and the limit for an early death count from the anchor: the first
dose where it comes after the origin, else the origin. So a patient enrolled weeks before treatment
has the baseline scan of the treatment, and one who is never treated that of the origin.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, earlier_of
from analysis.endpoints.adequate_assessments import (
    AdequateAssessments,
    early_death_limit,
    gap_established,
    missed_before,
)
from analysis.endpoints.intercurrent_events import from_origin, stop_for_progression, up_to
from analysis.endpoints.progression import derive_progressions
from analysis.endpoints.progression_rows import named_rows
from analysis.missing import NO_TEXT
from analysis.params import Rules


def _that_count(assessments: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Assessments after the origin and not after the last day that counts."""
    position = pd.Index(patients["USUBJID"]).get_indexer(assessments["USUBJID"])
    mine, position = assessments[position >= 0], position[position >= 0]
    date = mine["ADT"].to_numpy(dtype=UNIT)
    origin, limit = (
        patients[name].to_numpy(dtype=UNIT)[position] for name in ("STARTDT", "LIMITDT")
    )
    # an assessment without a date stays, to be refused by name
    return mine[~(date <= origin) & ~(date > limit)]


def _first_progression(
    progressions: pd.DataFrame, patients: pd.DataFrame, adequate: AdequateAssessments
) -> pd.DataFrame:
    """PDDT, PDTYPE, PDASSDT and raw row of the first progression within follow-up."""
    first = progressions.drop_duplicates("USUBJID").set_index("USUBJID")
    first = first.reindex(patients["USUBJID"]).set_axis(patients.index)
    date = up_to(first["ADT"].astype(UNIT), patients["LIMITDT"])
    seen = first["ASSDT"].astype(UNIT).where(date.notna())
    kind = first["PDTYPE"].where(date.notna(), NO_TEXT).astype(object)
    assessment = patients[["ASSTABLE", "ASSCOLUMN"]].set_axis(["SRCDOM", "SRCVAR"], axis=1)
    assessment = assessment.assign(SRCROW=adequate.last(seen)["SRCROW"])
    named = named_rows(first["PDROW"].astype(np.float64), assessment)
    return pd.DataFrame(
        {
            "PDDT": date,
            "PDTYPE": kind,
            "PDASSDT": seen,
            "PDTABLE": named["SRCDOM"],
            "PDCOLUMN": named["SRCVAR"],
            "PDLINE": named["SRCROW"].where(date.notna()),
        }
    )


def _last_assessments(facts: pd.DataFrame, adequate: AdequateAssessments) -> dict[str, pd.Series]:
    """Last adequate assessment overall and up to each fact; day 1 where there is none.

    LAA overall; GAPLAA before the first event; NACTLAA on or before new therapy; CLPLAA on or
    before clinical progression; LOCLAA before local therapy.
    """
    before_event = earlier_of(facts["FIRSTDT"], facts["PDASSDT"])
    found = {
        "LAA": adequate.last(),
        "GAPLAA": adequate.last(before_event, inclusive=False),
        "NACTLAA": adequate.last(facts["NACTDT"]),
        "CLPLAA": adequate.last(facts["CLPDT"]),
        "LOCLAA": adequate.last(facts["LOCDT"], inclusive=False),
    }
    columns = {}
    for name, last in found.items():
        columns[f"{name}DT"] = last["ADT"].fillna(facts["STARTDT"])
        columns[f"{name}LINE"] = last["SRCROW"]
    columns["HASPOST"] = found["LAA"]["ADT"].notna()
    columns["HADPOST"] = found["GAPLAA"]["ADT"].notna()
    return columns


def _missed(facts: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """NMISSED before the first event; GAPDT, the day the gap was established, if it is one.

    A death of a patient never assessed after baseline is judged by the early-death limit alone
    (situations 4 and 5), not as a gap.
    """
    last = facts["GAPLAADT"].where(facts["HADPOST"])
    missed = missed_before(facts["FIRSTDT"], last, facts["ANCHORDT"], rules)
    gap = gap_established(last, facts["ANCHORDT"], rules)
    never_seen_death = ~facts["HADPOST"] & facts["PDDT"].isna()
    is_gap = (missed > rules.pfs.max_missed) & ~never_seen_death
    return facts.assign(NMISSED=missed, GAPDT=gap.where(is_gap))


def _situations(facts: pd.DataFrame) -> pd.DataFrame:
    """Situation of SAP section 4 that a progression and a death belong to."""
    no_baseline, gap = facts["BASEWIN"].isna(), facts["GAPDT"].notna()
    progression = np.select([no_baseline, gap, facts["NMISSED"] > 0], [1, 8, 7], 6)
    early = facts["DTHDT"] <= facts["EARLYDT"]
    never_seen = ~facts["HADPOST"]
    death = np.select([no_baseline, never_seen & early, never_seen, gap], [2, 4, 5, 8], 9)
    return facts.assign(PDSIT=progression, DTHSIT=death)


def progression_free_facts(
    patients: pd.DataFrame,
    assessments: pd.DataFrame,
    evidence: pd.DataFrame,
    adex: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Facts of every patient of one origin.

    Parameters
    ----------
    patients : DataFrame
        One row per patient: USUBJID STARTDT (origin) ANCHORDT BASEWIN ("28", "42" or missing: no
        baseline) DTHDT LIMITDT (last day for scans and therapies, missing = none) DTHLIMDT NACTDT
        CLINDT LOCDT LOCPDDT STATUS ASSTABLE ASSCOLUMN (raw table and column of the assessments);
        lines and flags come along.
    assessments : DataFrame
        USUBJID ADT AVALC SRCROW: the responses that drive the endpoints.
    evidence : DataFrame
        From `progression_evidence`, with the baseline of the anchor.
    adex : DataFrame
        Regimens: USUBJID ASTDT AENDT TRTGRP STOPRSN SRCROW.
    rules : Rules

    Returns
    -------
    DataFrame
        `patients` and PDDT PDTYPE PDASSDT, PDTABLE PDCOLUMN PDLINE (raw row that holds PDDT),
        FIRSTDT STOPDT CLPDT (first clinical progression) EARLYDT NMISSED GAPDT HASPOST HADPOST
        PDSIT DTHSIT, and LAADT GAPLAADT NACTLAADT CLPLAADT LOCLAADT with their lines. Facts beyond
        the last day that counts are missing.

    Raises
    ------
    DerivationError
        For an unknown response or an assessment without a date, by patient.
    """
    facts = patients.sort_values("USUBJID", kind="stable", ignore_index=True)
    limit, origin = facts["LIMITDT"], facts["STARTDT"]
    counted = _that_count(assessments, facts)
    adequate = AdequateAssessments(facts["USUBJID"], counted)
    progressions = derive_progressions(counted, evidence, rules)
    stops = stop_for_progression(facts, adex, progressions, rules)
    facts = facts.assign(
        DTHDT=up_to(facts["DTHDT"], facts["DTHLIMDT"]),
        NACTDT=up_to(from_origin(facts["NACTDT"], origin), limit),
        CLINDT=up_to(facts["CLINDT"], limit),
        LOCDT=up_to(facts["LOCDT"], limit),
        LOCPDDT=up_to(facts["LOCPDDT"], limit),
        STOPDT=up_to(stops["STOPDT"], limit),
        STOPLINE=stops["STOPLINE"],
        EARLYDT=early_death_limit(facts["ANCHORDT"], rules),
        **_first_progression(progressions, facts, adequate),
    )
    facts["FIRSTDT"] = earlier_of(facts["PDDT"], facts["DTHDT"])
    facts["CLPDT"] = earlier_of(facts["CLINDT"], facts["STOPDT"])
    facts = facts.assign(**_last_assessments(facts, adequate))
    return _situations(_missed(facts, rules))
