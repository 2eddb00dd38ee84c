"""What a number of a page says when it is asked: rows of the estimates and who is counted.

Inlined into the page as JSON, since a page read from disk may fetch nothing. Only what the page
shows is in it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from analysis.estimates.rows import CELL
from analysis.tabulation.groups import GROUP_LABELS

_REGION = re.compile(r'data-output="([^"]+)"')
_NUMBERS = re.compile(r'data-n="([0-9 ]+)"')
_KEY = list(CELL[1:])
#: Statistics in words.
STATS = {
    "n": "Patients",
    "N": "Of",
    "estimate": "Estimate",
    "pct": "Percent",
    "ci_low": "Lower limit",
    "ci_high": "Upper limit",
    "n_events": "Events",
    "n_at_risk": "At risk",
    "median": "Median",
    "mean": "Mean",
    "sd": "Standard deviation",
    "p_value": "p",
}


def asked_for(body: str) -> dict[str, list[int]]:
    """Rows of the estimates that the tables of a page show, by output."""
    found: dict[str, set[int]] = {}
    regions = list(_REGION.finditer(body))
    ends = [region.start() for region in regions[1:]] + [len(body)] * bool(regions)
    for region, end in zip(regions, ends, strict=True):
        rows = found.setdefault(region.group(1), set())
        for numbers in _NUMBERS.finditer(body, region.start(), end):
            rows.update(map(int, numbers.group(1).split()))
    return {output: sorted(rows) for output, rows in found.items() if rows}


class NumberHelp:
    """Numbers of a cut, ready to be asked from its pages.

    Parameters
    ----------
    estimates : DataFrame
        As in ``estimates.csv``, every cell as text.
    members : DataFrame
        As in ``members.parquet``.
    """

    def __init__(self, estimates: pd.DataFrame, members: pd.DataFrame) -> None:
        self._estimates = {str(k): v for k, v in estimates.groupby("output_id", sort=False)}
        self._members = {str(k): v for k, v in members.groupby("output_id", sort=False)}

    def of_page(self, body: str) -> str:
        """The JSON of a page; empty where it shows no number that can be asked."""
        wanted = asked_for(body)
        patients: dict[str, int] = {}
        outputs = {
            output: self._of_output(output, rows, patients)
            for output, rows in wanted.items()
            if output in self._estimates
        }
        if not outputs:
            return ""
        content = {"outputs": outputs, "patients": list(patients), "stats": STATS}
        return in_a_script(content)

    def _of_output(self, output: str, rows: list[int], patients: dict[str, int]) -> dict[str, Any]:
        table = self._estimates[output]
        table = table[table["row"].astype(int).isin(rows)]
        places: dict[tuple[str, ...], int] = {}
        numbers: dict[str, list[Any]] = {}
        for line in table.to_dict("records"):
            key = tuple(line[name] for name in _KEY)
            at = places.setdefault(key, len(places))
            numbers[line["row"]] = [
                at, line["stat_name"], line["stat"] or line["stat_text"], line["unit"],
                line["method"], line["n_subjects"], line["warning"],
            ]  # fmt: skip
        cells = [[*key, _in_words(key)] for key in places]
        return {"cells": cells, "rows": numbers, "members": self._who(output, places, patients)}

    def _who(
        self, output: str, places: dict[tuple[str, ...], int], patients: dict[str, int]
    ) -> dict[str, list[int]]:
        members = self._members.get(output)
        if members is None:
            return {}
        found: dict[str, list[int]] = {}
        for key, rows in members.groupby(_KEY, sort=False):
            if (at := places.get(tuple(map(str, key)))) is not None:
                who = [patients.setdefault(str(p), len(patients)) for p in sorted(rows["USUBJID"])]
                found[str(at)] = who
        return found


def _in_words(key: tuple[str, ...]) -> str:
    analysis, group, visit, parameter, category = key
    named = GROUP_LABELS.get(group, group)
    return " · ".join(filter(None, (parameter, category, visit, named))) or analysis


def in_a_script(content: Any) -> str:
    """JSON that may stand between script tags: nothing in it can end the script."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
