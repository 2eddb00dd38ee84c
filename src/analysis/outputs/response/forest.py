"""F14.2.1.4: confirmed ORR by subgroup; a stratum below the plan's size is listed only.

The first three show one row per patient: their estimates are patient-level and carry the patient's
id as category, so they belong to the internal report only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn.objects as so

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.labels import in_words
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, percent
from analysis.displays.style import COLOURS, INK, MUTED, canvas, journal_style
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS, in_set
from analysis.tabulation.proportion import add_proportion
from analysis.wording import counted

OUTPUT = "F14.2.1.4"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")
SUBGROUPS = (
    ("TRTGRP1", "Treatment group"),
    ("TUMGRP", "Tumour group"),
    ("AGEGR1", "Age"),
    ("SEX", "Sex"),
    ("ECOGBL", "ECOG"),
    ("NPRIORL", "Prior lines"),
)


def _level_order(value: str) -> tuple:
    """Order of the levels: groups as everywhere, ``<65`` first, ``>=75`` and Missing last."""
    if value in GROUP_LABELS:
        return (0, list(GROUP_LABELS).index(value), value)
    return (2, 0, value) if value == "Missing" else (1, {"<": 0, ">": 2}.get(value[0], 1), value)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.1.4: confirmed ORR by subgroup; a stratum below the plan's size is listed only."""
    adsl, adrs = in_set(data["adsl"], "RSPEVLFL"), data["adrs"]
    rows = EstimateRows(OUTPUT, "RSPEVLFL")
    best = adrs[adrs["PARAMCD"].eq("CBOR") & adrs["AVALC"].isin(["CR", "PR"])]
    responders = set(best["USUBJID"])
    who = adsl["USUBJID"]
    overall = Cell("subgroup", parameter="All", category="All")
    add_proportion(rows, overall, who[who.isin(responders)], who, rules)
    for column, label in SUBGROUPS:
        values = adsl[column].astype(object).where(adsl[column].notna(), "Missing").astype(str)
        names = GROUP_LABELS if column == "TRTGRP1" else {}
        for value in sorted(values.unique(), key=_level_order):
            stratum = who[values.eq(value)]
            cell = Cell("subgroup", parameter=label, category=names.get(value, value))
            if len(stratum) >= rules.estimation.min_stratum:
                add_proportion(rows, cell, stratum[stratum.isin(responders)], stratum, rules)
            else:
                rows.count(cell, stratum[stratum.isin(responders)])
                rows.add(cell, "N", len(stratum), unit="patients", n_subjects=len(stratum))
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (forest_figure(rows, rules),)


def _strata(estimates: Numbers) -> pd.DataFrame:
    """One row per stratum with its numbers and its height in the figure."""
    found, y, before = [], 0.0, "All"
    places = estimates.frame[["parameter", "category"]].drop_duplicates()
    for parameter, category in places.itertuples(index=False, name=None):
        place = {"parameter": str(parameter), "category": str(category)}
        if place["parameter"] != "All":
            y += 0.95 if place["parameter"] == before else 2.2
        before = place["parameter"]
        record = {"y": y, **place}
        for stat in ("n", "N", "estimate", "ci_low", "ci_high"):
            known = estimates.has(stat, "subgroup", **place)
            record[stat] = estimates.get(stat, "subgroup", **place) if known else np.nan
        found.append(record)
    return pd.DataFrame(found)


def _forest_text(left, right, strata: pd.DataFrame, rules: Rules) -> None:
    """Names of the strata on the left, their numbers on the right."""
    decimals = rules.display.percent_decimals
    for side in (left, right):
        side.set_axis_off()
        side.set_xlim(0, 1)
    right.text(0.2, -1.2, "n/N", va="center", ha="right", color=MUTED)
    right.text(0.3, -1.2, f"% ({confidence(rules)} CI)", va="center", color=MUTED)
    named = strata[strata["parameter"].ne("All")].groupby("parameter")["y"].min()
    for parameter, y in named.items():
        left.text(0, y - 1.0, parameter, fontweight="bold", va="center")
    for record in strata.to_dict("records"):
        whole = record["parameter"] == "All"
        weight = "bold" if whole else "normal"
        left.text(
            0 if whole else 0.06,
            record["y"],
            in_words(record["category"]),
            va="center",
            fontweight=weight,
        )
        right.text(
            0.2, record["y"], f"{count(record['n'])}/{count(record['N'])}", va="center", ha="right"
        )
        if not np.isnan(record["estimate"]):
            limits = interval(record["ci_low"], record["ci_high"], decimals, 100)
            right.text(
                0.3, record["y"], f"{percent(record['estimate'], decimals)} {limits}", va="center"
            )


def forest_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """Confirmed response rate by subgroup with exact limits; small strata as counts only."""
    strata = _strata(Numbers(rows))
    drawn = strata[strata["estimate"].notna()]
    whole = strata.iloc[0]
    with journal_style():
        drawing = canvas(height=0.9 + 0.185 * (strata["y"].max() + 1))
        left, axes, right = drawing.subplots(1, 3, width_ratios=[2.2, 3.2, 2.2], sharey=True)
        _forest_text(left, right, strata, rules)
        limits = drawn.assign(low=100 * drawn["ci_low"], high=100 * drawn["ci_high"])
        ranges = so.Plot(limits, y="y", xmin="low", xmax="high").label(x="", y="")
        ranges.add(so.Range(color=INK, linewidth=1.1), orient="y").on(axes).plot()
        axes.plot(
            100 * drawn["estimate"],
            drawn["y"],
            "s",
            color=COLOURS["TG"],
            markersize=5,
            clip_on=False,
        )
        if not np.isnan(whole["estimate"]):
            axes.axvline(100 * whole["estimate"], color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
        axes.set_ylim(strata["y"].max() + 0.8, -1.8)
        axes.set_xlim(0, 100)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Confirmed objective response, %")
    alt = (
        f"Confirmed objective response by subgroup: {count(whole['n'])} of {count(whole['N'])} in "
        f"all, {len(drawn) - 1} subgroups drawn with exact {confidence(rules)} limits."
    )
    notes = (
        f"Strata below {counted(rules.estimation.min_stratum, 'patient')} are listed without a "
        "percentage. "
        "No test of interaction.",
    )
    return Figure(rows.output_id, drawing, alt, strata.drop(columns="y"), notes)
