"""A proportion as rows of estimates: n, N, estimate and its interval."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.proportions import clopper_pearson, wilson
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules
from analysis.sap import PROPORTION_METHODS

_INTERVALS = {"clopper_pearson": clopper_pearson, "wilson": wilson}


def add_proportion(
    rows: EstimateRows,
    cell: Cell,
    members: Iterable[str],
    population: Iterable[str],
    rules: Rules,
    *,
    analysis_set: str | None = None,
) -> None:
    """Add n, N, estimate (a proportion, 0..1), ci_low and ci_high.

    With an empty population the proportion cannot be estimated: its rows stay, and say so.

    Raises
    ------
    ValueError
        If a member is not in the population.
    """
    everyone = set(population)
    counted = set(members)
    if not counted <= everyone:
        raise ValueError(f"{rows.output_id} {cell}: counted outside the denominator")
    n = rows.count(cell, counted, analysis_set=analysis_set)
    rows.add(
        cell,
        "N",
        len(everyone),
        unit="patients",
        n_subjects=len(everyone),
        analysis_set=analysis_set,
    )
    level = rules.estimation.conf_level
    method = rules.estimation.proportion_method
    name, interval = PROPORTION_METHODS[method], _INTERVALS[method]
    size = len(everyone)
    low, high = interval(n, size, level) if size else (None, None)
    warning = "" if size else "no patient in the denominator"
    for stat_name, value in (
        ("estimate", n / size if size else None),
        ("ci_low", low),
        ("ci_high", high),
    ):
        rows.add(
            cell,
            stat_name,
            value,
            unit="proportion",
            method=f"{name}, {level_in_words(level)}" if stat_name != "estimate" else "",
            n_subjects=size,
            warning=warning,
            analysis_set=analysis_set,
            text="" if size else "NE",
        )


def add_share(
    rows: EstimateRows,
    cell: Cell,
    members: Iterable[str],
    population: Iterable[str],
    *,
    analysis_set: str | None = None,
) -> None:
    """Add n, N and pct (0..100): a share described, without an interval."""
    everyone = set(population)
    counted = set(members)
    if not counted <= everyone:
        raise ValueError(f"{rows.output_id} {cell}: counted outside the denominator")
    n = rows.count(cell, counted, analysis_set=analysis_set)
    size = len(everyone)
    rows.add(cell, "N", size, unit="patients", n_subjects=size, analysis_set=analysis_set)
    rows.add(
        cell,
        "pct",
        100 * n / size if size else None,
        unit="%",
        n_subjects=size,
        text="" if size else "NE",
        warning="" if size else "no patient in the denominator",
        analysis_set=analysis_set,
    )
