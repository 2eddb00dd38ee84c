"""Stages of the work-up: who reached each, who did not go on and why, who still can."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.disposition.funnel_steps import (
    FUNNEL,
    OPEN,
    SECOND,
    STEPS,
    joined,
    not_gone_on,
    reached,
)
from analysis.outputs.disposition.recommendation_uptake import in_words
from analysis.outputs.disposition.study_end import OTHERWISE
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.1.1"
NEEDS = ("biopsies", "sequencing", "mtb_reviews", "mtb_recommendations", "treatments")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """Stages of the work-up: who reached each, who did not go on and why, who still can.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adngs``, ``admb`` and ``adex``.
    rules : Rules
        ``molecular.reason_order`` and ``molecular.reason_if_unrecorded``.

    Returns
    -------
    EstimateRows
        Parameter = ADSL flag. Analyses "of enrolled" and "of previous stage" (the second profile:
        of those whose guided therapy failed); "not gone on" (n, N, pct of the stage before, by
        exclusive reason), "pending at cut" (those of them for whom this step is still open; none
        where a step is never awaited) and "joined" (reached without the stage before). N of "not
        gone on" = its patients + the patients of the stage - those who joined.
    """
    return funnel_rows(data, rules, OUTPUT)


NOT_ENROLLED = "Consented, not enrolled (screen failures)"


def funnel_rows(data: Datasets, rules: Rules, output_id: str) -> EstimateRows:
    """The rows of T14.1.1, which F14.1.1 draws under its own id."""
    adsl = data["adsl"]
    rows = EstimateRows(output_id, "ENRLFL")
    screened = data["screened"] if "screened" in data else adsl.iloc[:0]
    if len(screened):
        rows.count(Cell("screen failures", category=NOT_ENROLLED), screened["USUBJID"])
    first = Cell("of enrolled", parameter=FUNNEL[0][0], category=FUNNEL[0][1])
    add_share(rows, first, in_set(adsl, "ENRLFL")["USUBJID"], adsl["USUBJID"])
    left = not_gone_on(data, rules)
    for step in STEPS:
        _stage(rows, data, step)
        mine = left[left["FLAG"].eq(step.flag)]
        # ends of the study that few registries have stand where somebody has one
        more = [end for end in OTHERWISE.values() if mine["WHY"].eq(end).any()]
        _who_left(rows, data, step, mine, (*step.reasons(rules), *more))
    return rows


def _stage(rows: EstimateRows, data: Datasets, step) -> None:
    """Who reached a stage: of the enrolled, and of those of whom it is asked."""
    adsl = data["adsl"]
    asked = "TFAILFL" if step.flag == SECOND[0] else step.base
    there, base = reached(data, step.flag), adsl[asked].eq("Y")
    cell = {"parameter": step.flag, "category": step.label}
    who = adsl["USUBJID"]
    add_share(rows, Cell("of enrolled", **cell), who[there], who)
    previous = Cell("of previous stage", **cell)
    add_share(rows, previous, who[there & base], who[base], analysis_set=asked)
    rows.count(Cell("joined", **cell), joined(data, step))


def _who_left(rows: EstimateRows, data: Datasets, step, left: pd.DataFrame, reasons) -> None:
    """Reasons of those who did not go on; open ones are pending."""
    base = in_set(data["adsl"], step.base)["USUBJID"]
    for reason in reasons:
        who = left.loc[left["WHY"].eq(reason), "USUBJID"]
        cell = Cell("not gone on", parameter=step.flag, category=reason)
        add_share(rows, cell, who, base, analysis_set=step.base)
        if reason == OPEN:
            rows.count(Cell("pending at cut", parameter=step.flag, category=step.label), who)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (funnel_table(rows, rules),)


def reasons_left(estimates: Numbers, flag: str) -> list[tuple[str, int]]:
    """Reasons of those who did not go on to a stage, none of nobody."""
    sizes = [
        (reason, int(estimates.get("n", "not gone on", parameter=flag, category=reason)))
        for reason in estimates.categories("not gone on", flag)
    ]
    return [(reason, n) for reason, n in sizes if n]


def funnel_table(rows: EstimateRows, rules: Rules) -> Table:
    """Stage, n, % of enrolled, % of the previous stage, pending; between them who did not go on."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    flag, label = FUNNEL[0]
    place: dict[str, Any] = {"parameter": flag, "category": label}
    share = rounded(estimates.get("pct", "of enrolled", **place), decimals)
    first = (count(estimates.get("n", "of enrolled", **place)), share, DASH, DASH)
    body = []
    if estimates.has("n", "screen failures", category=NOT_ENROLLED):
        failed = count(estimates.get("n", "screen failures", category=NOT_ENROLLED))
        body.append(Row(NOT_ENROLLED, (failed, DASH, DASH, DASH)))
    body.append(Row(label, first, strong=True))
    for step in STEPS:
        body += _left_rows(estimates, step.flag, decimals)
        body.append(_stage_row(estimates, step, decimals))
    columns = (
        Column("n"),
        Column("% of enrolled"),
        Column("% of previous"),
        Column("Pending at cut"),
    )
    notes = (
        "Between two stages: those who reached the first and not the second, each once, in % of "
        "the first; reasons of nobody are left out.",
        "The second NGS is shown as a percentage of guided patients whose therapy failed.",
    )
    return Table(rows.output_id, "Stage", columns, tuple(body), notes)


def _left_rows(estimates: Numbers, flag: str, decimals: int) -> list[Row]:
    rows = []
    for reason, n in reasons_left(estimates, flag):
        share = estimates.get("pct", "not gone on", parameter=flag, category=reason)
        rows.append(Row(in_words(reason), (count(n), "", rounded(share, decimals), ""), indent=2))
    return rows


def _stage_row(estimates: Numbers, step, decimals: int) -> Row:
    place: dict[str, Any] = {"parameter": step.flag, "category": step.label}
    n = count(estimates.get("n", "of enrolled", **place))
    share, previous = (
        rounded(estimates.get("pct", of, **place), decimals)
        for of in ("of enrolled", "of previous stage")
    )
    waiting = DASH
    if estimates.has("n", "pending at cut", **place):
        waiting = count(estimates.get("n", "pending at cut", **place))
    came = int(estimates.get("n", "joined", **place))
    label = f"{step.label}{_JOINED.format(came) if came else ''}"
    return Row(label, (n, share, previous, waiting), strong=True)


_JOINED = " ({}, counted here, without the stage before)"
