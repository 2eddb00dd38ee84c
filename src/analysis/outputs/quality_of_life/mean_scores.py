"""F14.2.8.1: mean scores and the states of the forms by visit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.style import (
    COLOURS,
    FAINT,
    INK,
    LINES,
    MARKERS,
    MUTED,
    canvas,
    journal_style,
)
from analysis.endpoints.promis29_scores import HIGHER_IS_BETTER, LABELS, PAIN_INTENSITY
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.forms_and_scores import (
    RESPONDER_PARAMETERS,
    STATES,
    add_value,
    by_parameter,
    rows_at_visits,
    visit_labels,
)
from analysis.outputs.quality_of_life.labels import STATE_LABELS
from analysis.params import Rules
from analysis.tabulation.groups import TREATED_GROUPS, group_label
from analysis.wording import counted

OUTPUT = "F14.2.8.1"
NEEDS = ("promis29",)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.8.1: mean scores and the states of the forms by visit.

    Returns
    -------
    EstimateRows
        By group and visit: "states" (they add up to N of "patients") and per domain and pain
        intensity "value" (n with a score, N expected, n_missing, mean, t interval).
    """
    rows = EstimateRows(OUTPUT, "PROFL")
    for group, visit, at in rows_at_visits(rows, data, RESPONDER_PARAMETERS, rules):
        for paramcd, of_parameter in by_parameter(at, RESPONDER_PARAMETERS):
            add_value(rows, Cell("value", group, visit, paramcd), of_parameter, rules, ("mean",))
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (scores_figure(rows, rules),)


_SHIFT = {"TG": -0.16, "TN": 0.0, "OT": 0.16}
# From light to dark and back, each with its own hatch: readable in grey, and without colour vision.
_STATE_LOOK = {
    "completed": {"facecolor": "#0072B2", "edgecolor": "white"},
    "missing": {"facecolor": "#F0C808", "edgecolor": "#7a6500", "hatch": "////"},
    "off_study": {"facecolor": "#c9c9c9", "edgecolor": "#777777", "hatch": "...."},
    "dead": {"facecolor": "#3b3b3b", "edgecolor": "white"},
    "not_due": {"facecolor": "white", "edgecolor": "#9a9a9a"},
}


def _means(estimates: Numbers, rules: Rules) -> pd.DataFrame:
    """One row per parameter, group and visit: n, mean and limits."""
    found = []
    for paramcd in RESPONDER_PARAMETERS:
        for group in (*TREATED_GROUPS, "All"):
            for place, visit in enumerate(visit_labels(rules)):
                at = {"group": group, "visit": visit, "parameter": paramcd}
                stats = {
                    s: estimates.get(s, "value", **at) for s in ("n", "mean", "ci_low", "ci_high")
                }
                found.append({"parameter": paramcd, "group": group, "visit": visit,
                              "place": place, **stats})  # fmt: skip
    return pd.DataFrame(found)


def scores_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """Small panels of mean scores with 95% limits by group; below, what became of the forms."""
    estimates = Numbers(rows)
    means = _means(estimates, rules)
    visits = visit_labels(rules)
    with journal_style():
        drawing = canvas(height=10.9)
        above, below = drawing.subfigures(2, 1, height_ratios=[7.4, 3.5], hspace=0.03)  # type: ignore[misc]
        panels = above.subplots(4, 2, sharex=True)
        for paramcd, axes in zip(RESPONDER_PARAMETERS, panels.flat, strict=True):
            _panel(axes, means[means["parameter"].eq(paramcd)], paramcd, rules)
        panels[0, 0].set_xlim(-0.5, len(visits) - 0.5)
        for axes in panels[-1]:
            axes.set_xticks(range(len(visits)), _short(visits))
        shown = [axes.get_legend_handles_labels() for axes in panels.flat]
        named = {n: h for handles, names in shown for h, n in zip(handles, names, strict=True)}
        if named:
            above.legend(named.values(), named.keys(), loc="outside upper left", ncols=3)
        bars, counts = below.subplots(2, 1, height_ratios=[6, 1.5], sharex=True)
        _states(bars, estimates, visits)
        _completed_by_group(counts, estimates, visits)
    notes = (
        f"Points: mean with {confidence(rules)} t interval, patients with a score at the visit; "
        "fewer than "
        f"{rules.estimation.min_stratum} are not drawn. T scores: grey line at 50, the mean of the "
        "US reference population.",
        "Bars: all patients of the PRO set at each visit, the untreated "
        f"({count(estimates.get('n', 'patients', 'NT'))}) included; below them the completed forms "
        "of the treated by group.",
    )
    return Figure(rows.output_id, drawing, _alt(estimates, means, visits), means, notes)


def _short(visits: list[str]) -> list[str]:
    return [visit.replace("Baseline", "Base").replace("Week ", "W").replace("Month ", "M")
            for visit in visits]  # fmt: skip


def _panel(axes, means: pd.DataFrame, paramcd: str, rules: Rules) -> None:
    better = "higher is better ↑" if paramcd in HIGHER_IS_BETTER else "lower is better ↓"
    axes.set_title(f"{LABELS[paramcd]}", loc="left", fontsize=9, fontweight="bold")
    axes.set_title(better, loc="right", fontsize=7.5, color=MUTED)
    if paramcd != PAIN_INTENSITY:
        axes.axhline(50, color=FAINT, linewidth=1.0, zorder=0)
    drawn = means[
        means["group"].isin(TREATED_GROUPS) & (means["n"] >= rules.estimation.min_stratum)
    ]
    for group in TREATED_GROUPS:
        mine = drawn[drawn["group"].eq(group)]
        if mine.empty:
            continue
        x = mine["place"] + _SHIFT[group]
        error = [mine["mean"] - mine["ci_low"], mine["ci_high"] - mine["mean"]]
        axes.errorbar(
            x,
            mine["mean"],
            yerr=np.nan_to_num(error),
            color=COLOURS[group],
            linestyle=LINES[group],
            marker=MARKERS[group],
            markersize=4,
            linewidth=1.2,
            elinewidth=0.8,
            label=group_label(group),
        )
    axes.set_ylim(*_range(drawn, paramcd))
    axes.set_ylabel("Score" if paramcd == PAIN_INTENSITY else "T score")
    if paramcd == PAIN_INTENSITY:
        axes.set_yticks([0, 5, 10])


def _range(drawn: pd.DataFrame, paramcd: str) -> tuple[float, float]:
    """Limits that hold all intervals; T scores at least from 40 to 60, so that panels compare."""
    if paramcd == PAIN_INTENSITY:
        return 0, 10
    if drawn.empty:
        return 40, 60
    low = min(40, 5 * np.floor(np.nanmin(drawn[["mean", "ci_low"]].to_numpy()) / 5))
    high = max(60, 5 * np.ceil(np.nanmax(drawn[["mean", "ci_high"]].to_numpy()) / 5))
    return float(low), float(high)


def _states(axes, estimates: Numbers, visits: list[str]) -> None:
    """Stacked bars of the five states, with the number in each part that can hold it."""
    everybody = estimates.get("n", "patients", "All")
    bottom = np.zeros(len(visits))
    for state in STATES:
        heights = np.array([estimates.get("n", "states", "All", v, category=state) for v in visits])
        axes.bar(
            range(len(visits)),
            heights,
            bottom=bottom,
            width=0.72,
            linewidth=0.6,
            label=STATE_LABELS[state],
            **_STATE_LOOK[state],
        )
        dark = state in ("completed", "dead")
        for place, height in enumerate(heights):
            if everybody and height / everybody > 0.06:
                box = None if dark else {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
                middle = bottom[place] + height / 2
                axes.text(place, middle, count(height), ha="center", va="center",
                          fontsize=7.5, color="white" if dark else INK, bbox=box)  # fmt: skip
        bottom += heights
    axes.set_xticks(range(len(visits)), visits)
    axes.set_ylim(0, max(1.0, 1.01 * everybody))
    axes.set_ylabel("Patients")
    axes.set_title("Forms of all patients of the PRO set", loc="left", fontsize=9,
                   fontweight="bold", pad=24)  # fmt: skip
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, borderaxespad=0.1)
    axes.tick_params(labelbottom=True)


def _completed_by_group(axes, estimates: Numbers, visits: list[str]) -> None:
    """Completed forms of each group, aligned under the bars."""
    axes.set_axis_off()
    axes.set_ylim(-len(TREATED_GROUPS) + 0.4, 0.6)
    for line, group in enumerate(TREATED_GROUPS):
        look: dict[str, Any] = {"fontsize": 8, "va": "center", "color": COLOURS[group]}
        where = axes.get_yaxis_transform()
        axes.text(-0.012, -line, group_label(group), transform=where, ha="right", **look)
        for place, visit in enumerate(visits):
            done = count(estimates.get("n", "states", group, visit, category="completed"))
            axes.text(place, -line, done, ha="center", **look)


def _alt(estimates: Numbers, means: pd.DataFrame, visits: list[str]) -> str:
    everybody = means[means["group"].eq("All") & (means["n"] > 0)]
    parts = []
    for paramcd in RESPONDER_PARAMETERS:
        own = everybody[everybody["parameter"].eq(paramcd)]
        if len(own):
            first, last = own.iloc[0], own.iloc[-1]
            parts.append(
                f"{LABELS[paramcd]}: {rounded(first['mean'], 1)} at {first['visit']}, "
                f"{rounded(last['mean'], 1)} at {last['visit']} (n = {count(last['n'])})"
            )
    said = "; ".join(parts) or "no score"
    done = ", ".join(
        f"{visit} {count(estimates.get('n', 'states', 'All', visit, category='completed'))}"
        for visit in visits
    )
    everyone = counted(int(estimates.get("n", "patients", "All")), "patient")
    return f"Mean PROMIS-29 scores by visit, all patients. {said}. Forms completed of {everyone}" \
           f": {done}."  # fmt: skip
