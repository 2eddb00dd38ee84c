"""F14.2.1.1: best percentage change in the sum of diameters, one bar per patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.style import (
    COLOURS,
    INK,
    MARKERS,
    MUTED,
    RESPONSE_COLOURS,
    canvas,
    journal_style,
)
from analysis.endpoints.not_assessed import NEVER_SCANNED, first_visit_not_due
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import counted_sums
from analysis.outputs.response.tumour_course import bars_of, legend_mark
from analysis.params import Rules
from analysis.tabulation.groups import TREATED_GROUPS, group_label, in_set
from analysis.wording import counted

OUTPUT = "F14.2.1.1"
NEEDS = ("treatments", "tumour_lesions")

#: Why a patient has no bar, in the order in which it is asked.
WITHOUT = ("not due yet", "never scanned", "scanned, no complete sum up to the first failure")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.1.1: best percentage change in the sum of diameters, one bar per patient.

    Returns
    -------
    EstimateRows
        Analysis "bar": category = patient, group = treatment group, parameter = CBOR, estimate in
        percent. "with a bar" and "without" add up to the response set, the reasons (parameter
        "Without") to those without; "without, not due yet" are those of them whose first visit was
        not due by the cut. "decreased, not confirmed" are the bars at or below the threshold of a
        response without one.
    """
    adsl = in_set(data["adsl"], "RSPEVLFL")
    rows = EstimateRows(OUTPUT, "RSPEVLFL")
    best = counted_sums(data).groupby("USUBJID")["PCHG"].min()
    adrs = data["adrs"]
    response = adrs[adrs["PARAMCD"].eq("CBOR")].set_index("USUBJID")["AVALC"]
    group = adsl.set_index("USUBJID")["TRTGRP1"]
    for patient, change in best.sort_index().items():
        cell = Cell("bar", group[patient], parameter=response[patient], category=patient)  # type: ignore[arg-type, call-overload]
        rows.add(cell, "estimate", change, unit="%", n_subjects=1)
    shown = adsl["USUBJID"].isin(best.index)
    rows.count(Cell("patients", category="with a bar"), adsl.loc[shown, "USUBJID"])
    rows.count(Cell("patients", category="without"), adsl.loc[~shown, "USUBJID"])
    waiting = ~shown & first_visit_not_due(adsl["TRTSDT"], adsl["DCUTDT"], rules)
    rows.count(Cell("patients", category="without, not due yet"), adsl.loc[waiting, "USUBJID"])
    decreased = best.index[best <= -rules.recist.pr_percent]
    rows.count(Cell("patients", category="decreased"), decreased)
    other = decreased[~response.reindex(decreased).isin(["CR", "PR"])]
    rows.count(Cell("patients", category="decreased, not confirmed"), other)
    reason = adrs[adrs["PARAMCD"].eq("CBOR")].set_index("USUBJID")["ANLRSN"]
    scanned = adsl["USUBJID"].map(reason).ne(NEVER_SCANNED)
    answers = np.select([waiting, ~scanned], WITHOUT[:2], WITHOUT[2])
    for why in WITHOUT:
        who = adsl.loc[~shown & (answers == why), "USUBJID"]
        rows.count(Cell("patients", parameter="Without", category=why), who)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (waterfall_figure(rows, rules),)


RESPONSE_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


def _draw_bars(axes, bars: pd.DataFrame, rec) -> None:
    """Bars by response, the thresholds, and the group of each patient as a mark at zero."""
    height = np.clip(bars["stat"].to_numpy(dtype=float), -100, 100)
    colours = [RESPONSE_COLOURS[response] for response in bars["parameter"]]
    axes.bar(
        np.arange(len(bars)), height, color=colours, edgecolor=MUTED, linewidth=0.35, width=0.86
    )
    for level in (rec.pd_percent, -rec.pr_percent):
        axes.axhline(level, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color=INK, linewidth=0.8)
    for number, (group, change) in enumerate(zip(bars["group"], height, strict=True)):
        beside = -4.5 if change >= 0 else 4.5
        axes.plot(number, beside, MARKERS[group], color=COLOURS[str(group)], markersize=3.2)


def waterfall_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """Bars from the largest increase to the largest decrease, coloured by confirmed response."""
    estimates = Numbers(rows)
    bars = bars_of(estimates, "bar").sort_values(["stat", "category"], ascending=[False, True])
    rec = rules.recist
    with journal_style():
        drawing = canvas(height=4.2)
        axes = drawing.add_subplot()
        _draw_bars(axes, bars, rec)
        axes.set_ylim(-105, 105)
        axes.set_xlim(-0.8, max(len(bars), 1) - 0.2)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_ylabel("Best change in the sum of diameters, %")
        present = [r for r in RESPONSE_ORDER if r in set(bars["parameter"])]
        handles: list[Any] = [
            Patch(facecolor=RESPONSE_COLOURS[r], edgecolor=MUTED, linewidth=0.4, label=r)
            for r in present
        ]
        handles += [legend_mark(MARKERS[g], COLOURS[g], group_label(g)) for g in TREATED_GROUPS]
        legend = "Confirmed best response; group"
        axes.legend(handles=handles, loc="upper right", ncols=2, title=legend)
    without = int(estimates.get("n", "patients", category="without"))
    with_bar = int(estimates.get("n", "patients", category="with a bar"))
    alt = (
        "Waterfall of the best change in the sum of diameters: "
        f"{counted(with_bar, 'patient')} with a bar, "
        f"{count(estimates.get('n', 'patients', category='decreased'))} of them with a decrease of "
        f"{rec.pr_percent}% or more; {without} without."
    )
    parts = [
        f"{count(estimates.get('n', 'patients', parameter='Without', category=why))} {why}"
        for why in WITHOUT
    ]
    notes = [
        f"Without a complete sum after baseline and a bar: {counted(without, 'patient')} of the "
        f"response set ({'; '.join(parts)}; not due: {rules.visits.windows[0].label} open at the "
        f"cut). Dashed: +{rec.pd_percent}% and −{rec.pr_percent}%. Increases are cut at +100%.",
    ]
    unconfirmed = int(estimates.get("n", "patients", category="decreased, not confirmed"))
    if unconfirmed:
        notes.append(
            f"Bars at or below −{rec.pr_percent}% without a confirmed response: {unconfirmed}; the "
            "decrease was not confirmed, or other lesions grew or appeared."
        )
    data = bars.rename(columns={"parameter": "CBOR", "category": "USUBJID", "stat": "best_change"})
    data = data[["USUBJID", "group", "CBOR", "best_change"]]
    return Figure(rows.output_id, drawing, alt, data, tuple(notes))
