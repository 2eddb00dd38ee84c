"""Order of evidence levels: how strongly a recommendation is supported. SAP 14.2.7.2.

Each system has its own order (``schemas/reference/vocabularies.csv``); levels of two systems are
never ranked against each other. A level that its system does not have, and a diagnostic or
prognostic level, has no rank: it is "not assigned", never silently the lowest.
"""

from __future__ import annotations

import pandas as pd

from analysis.missing import NO_TEXT
from analysis.params import Rules
from schemas.evidence import evidence_levels


def level_order(system: str, rules: Rules) -> tuple[str, ...]:
    """Levels of an evidence system as recorded in the extracts, the strongest first.

    Parameters
    ----------
    system : str
        EVSYS; ``rules.molecular.evidence_systems`` says which vocabulary it uses.
    """
    levels = evidence_levels()
    mine = levels[
        levels["system"].eq(
            {str(k): v for k, v in rules.molecular.evidence_systems.items()}.get(system)  # type: ignore[arg-type]
        )
    ]
    return tuple(mine.sort_values("rank", kind="stable")["code"])


def evidence_rank(admb: pd.DataFrame, rules: Rules) -> pd.Series:
    """Rank of each recommendation within its system (1 = strongest), missing if not assigned."""
    rank = {
        (system, code): place
        for system in admb["EVSYS"].unique()
        for place, code in enumerate(level_order(system, rules), start=1)
    }
    pairs = zip(admb["EVSYS"], admb["EVLVL"], strict=True)
    return pd.Series([rank.get(pair) for pair in pairs], index=admb.index, dtype="Int64")


def highest_level(admb: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Highest level of each patient in each system.

    Parameters
    ----------
    admb : DataFrame
        The recommendations that count: USUBJID EVSYS EVLVL EVVER RANK RECID.

    Returns
    -------
    DataFrame
        One row per patient and system: USUBJID, EVSYS, EVLVL (missing where no level is assigned)
        and EVVER of the recommendation that has it; equal levels: the lower RANK, then RECID.
    """
    ranked = admb.assign(place=evidence_rank(admb, rules))
    first = ranked.sort_values(
        ["USUBJID", "EVSYS", "place", "RANK", "RECID"], kind="stable", na_position="last"
    ).drop_duplicates(["USUBJID", "EVSYS"])
    level = first["EVLVL"].where(first["place"].notna(), NO_TEXT)
    return first.assign(EVLVL=level)[["USUBJID", "EVSYS", "EVLVL", "EVVER"]].reset_index(drop=True)
