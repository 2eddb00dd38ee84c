"""The primary endpoints in a few lines, formatted from the rows of ``estimates.csv``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.displays.numbers import DASH, Number, count, interval, is_missing, percent
from analysis.endpoints.response_at_visit import NOT_DUE
from analysis.params import Rules
from analysis.reporting.definitions import anchor, spoken_id
from analysis.reporting.parts import read_estimates
from analysis.sap import Output, Sap
from analysis.tabulation.groups import GROUP_LABELS
from analysis.wording import counted

_CELL = ["analysis_id", "parameter", "category"]


def _main_cells(estimates: pd.DataFrame, output_id: str) -> pd.DataFrame:
    """Return the rows of an output's first estimate over all visits, for every group."""
    rows = estimates[estimates["output_id"].eq(output_id) & estimates["visit"].eq("")]
    rows = rows.assign(order=pd.to_numeric(rows["row"])).sort_values("order", kind="stable")
    made = rows[rows["stat_name"].eq("estimate")]
    if made.empty:
        return made
    first = made.iloc[0]
    same = (rows[_CELL] == first[_CELL]).all(axis=1)
    return rows[same]


def _visit_cells(estimates: pd.DataFrame, output_id: str) -> pd.DataFrame:
    """Return the rows of an output's first estimate at each visit, all groups together.

    Of an output that is planned by visit; `group` holds the visit, which each line is named by.
    """
    rows = estimates[estimates["output_id"].eq(output_id) & estimates["visit"].ne("")]
    rows = rows.assign(order=pd.to_numeric(rows["row"])).sort_values("order", kind="stable")
    made = rows[rows["stat_name"].eq("estimate") & rows["group"].eq("All")]
    if made.empty:
        return made
    same = (rows[_CELL] == made.iloc[0][_CELL]).all(axis=1) & rows["group"].eq("All")
    return rows[same].assign(group=rows["visit"])


def _number(of_group: pd.DataFrame, stat_name: str) -> Number | None:
    """Return a number of a group as its row has it; None where there is no such row."""
    found = of_group[of_group["stat_name"].eq(stat_name)]
    if found.empty:
        return None
    return Number(pd.to_numeric(found["stat"]).iloc[0], found["stat_text"].iloc[0])


def _line(of_group: pd.DataFrame, group: str) -> dict[str, str]:
    n, size, estimate, low, high = (
        _number(of_group, name) for name in ("n", "N", "estimate", "ci_low", "ci_high")
    )
    named = GROUP_LABELS.get(group, group) or "All enrolled"
    if estimate is not None and is_missing(estimate) and not estimate.text.startswith("N"):
        # not received, not collected: said once, and no limit of it
        return {"group": named, "count": "", "percent": percent(estimate), "interval": ""}
    limits = interval(low, high, 1, 100) if low is not None and high is not None else DASH
    return {
        "group": named,
        "count": f"{count(n)}/{count(size)}" if n is not None and size is not None else "",
        "percent": DASH if estimate is None else percent(estimate),
        "interval": limits,
    }


def _level(rows: pd.DataFrame) -> str:
    """Return the head of the column of intervals, from the method the rows name."""
    for method in rows["method"]:
        if stated := re.search(r"(\d+(?:\.\d+)?)%", method):
            return f"{stated.group(1)}% CI"
    return "CI"


def _lines_of(output: Output, rows: pd.DataFrame, linked_to: str) -> list[dict[str, Any]]:
    groups = list(dict.fromkeys(rows["group"]))
    lines: list[dict[str, Any]] = [_line(rows[rows["group"].eq(g)], g) for g in groups]
    for line in lines:
        line["span"] = 0
        line["level"] = _level(rows)
    lines[0].update(
        span=len(lines),
        number=spoken_id(output.id),
        title=output.title,
        href=f"{linked_to}{output.notebook}.html#{anchor(output.id)}",
    )
    return lines


def share_not_due(estimates: Path, rules: Rules) -> str:
    """How many of the response set have the last planned visit still before them; else nothing.

    So that nobody reads the label of a cut, like "Final analysis", as if everybody had been
    followed to the end.
    """
    if not estimates.is_file():
        return ""
    table = read_estimates(estimates)
    last = rules.visits.windows[-1].label
    here = table["output_id"].eq("T14.2.1.1") & table["group"].eq("All") & table["visit"].eq(last)
    rows = table[here & table["analysis_id"].eq("RSPEVLFL") & table["stat_name"].eq("n")]
    found = {
        name: pd.to_numeric(rows.loc[rows["parameter"].eq(name), "stat"]).sum()
        for name in ("Due", NOT_DUE)
    }
    everyone, waiting = sum(found.values()), found[NOT_DUE]
    if not waiting:
        return ""
    return (
        f"{last} is not due yet for {waiting:.0f} of {counted(round(everyone), 'patient')} of the "
        f"response set ({percent(waiting / everyone)}%)."
    )


def headlines(sap: Sap, estimates: Path, linked_to: str) -> list[dict[str, Any]]:
    """Return the lines of the table of primary endpoints; none where there are no estimates.

    For each primary endpoint the first planned output that has an estimate: over all visits with
    each of its groups, or at each visit for all groups together.

    Parameters
    ----------
    sap : Sap
        The plan, which says what is primary.
    estimates : Path
        ``estimates.csv`` of a cut; may be absent.
    linked_to : str
        Put before the links to the pages.
    """
    if not estimates.is_file():
        return []
    table = read_estimates(estimates)
    lines: list[dict[str, Any]] = []
    for name, endpoint in sap.endpoints.items():
        if endpoint.role != "primary":
            continue
        for output in sap.outputs:
            if output.endpoint != name or output.notebook is None:
                continue
            rows = _main_cells(table, output.id)
            if rows.empty:
                rows = _visit_cells(table, output.id)
            if not rows.empty:
                lines += _lines_of(output, rows, linked_to)
                break
    return lines
