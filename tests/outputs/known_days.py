"""Frames made by hand for outputs of times: everything was known when the times began."""

from __future__ import annotations

import pandas as pd

from schemas.derived import DATASETS

BEGIN = pd.Timestamp("2022-01-01")


def known_from_the_start(data: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give ADSL the days from which its values are known, and ADTTE its origins, where absent."""
    declared = DATASETS["adsl"].fields.values()
    days = {day for field in declared for day in field.known_from} - set(data["adsl"].columns)
    adsl = data["adsl"].assign(**dict.fromkeys(sorted(days), BEGIN))
    adtte = data["adtte"]
    return {**data, "adsl": adsl, "adtte": adtte.assign(**{"STARTDT": BEGIN} | (
        {"STARTDT": adtte["STARTDT"]} if "STARTDT" in adtte else {}
    ))}  # fmt: skip
