"""Reference facts of the PROMIS-29 Profile v2.1: T scores, turned items, summary weights.

Read from ``schemas/reference/promis29``, each once. Source: HealthMeasures, PROMIS Adult Profile
Instruments Scoring Manual; Hays et al., Qual Life Res 2018; 27: 1885-1891.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd

_FOLDER = Path(__file__).parent / "reference" / "promis29"
_TURNED = "needs_6_minus_x_if_exported_1_to_5_in_printed_order"


@cache
def t_score_table() -> pd.DataFrame:
    """T score and standard error (t_score, se) by domain and raw sum, the index."""
    table = pd.read_csv(_FOLDER / "t_scores.csv")
    return table.set_index(["domain", "raw"])[["t_score", "se"]].sort_index()


@cache
def turned_items() -> tuple[str, ...]:
    """Items, in lower case, that an export in the printed order holds the other way round."""
    items = pd.read_csv(_FOLDER / "items.csv", dtype=str, keep_default_na=False)
    turned = items[_TURNED].str.lower().eq("true")
    return tuple(items.loc[turned, "item_code"].str.lower())


@cache
def _summary() -> dict:
    return json.loads((_FOLDER / "summary.json").read_text(encoding="utf-8"))


def summary_weights() -> dict[str, dict[str, float]]:
    """Weight of each component in the physical and in the mental health summary."""
    return _summary()["summary_scores"]["weights"]


def older_physical_function() -> dict[int, float]:
    """T scores of physical function in v1.x by raw sum: to recognise wrong-version data only."""
    return dict(enumerate(_summary()["physical_function_v1_x_table_4_to_20"], start=4))
