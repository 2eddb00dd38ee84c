"""Time-to-event outputs as tables and Kaplan-Meier figures with aligned numbers at risk."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, months, rounded, with_interval
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.params import Rules
from analysis.tabulation.estimable import ESTIMATE, MEDIAN
from analysis.tabulation.groups import group_label
from analysis.tabulation.time_to_event import restriction_months
from analysis.wording import counted


def in_months(rules: Rules):
    """How days are printed as months under the plan."""

    def shown(days: float) -> str:
        return months(days, rules.estimation.month_days, rules.display.months_decimals)

    return shown


def months_cell(
    estimates: Numbers,
    rules: Rules,
    analysis_id: str,
    name: str,
    stats: tuple[str, ...] = MEDIAN,
    **place,
) -> str:
    """A time in months with its limits: a median, or a mean."""
    values = tuple(estimates.get(stat, analysis_id, parameter=name, **place) for stat in stats)
    return with_interval(values, in_months(rules))


def median_text(
    estimates: Numbers, rules: Rules, analysis_id: str, name: str = "Median", **place
) -> str:
    """Median in months with its limits."""
    return months_cell(estimates, rules, analysis_id, name, **place)


def rmst_label(paramcd: str, rules: Rules) -> str:
    """Name of the line of the restricted mean, with the plan's time."""
    return f"RMST to {restriction_months(paramcd, rules)} months, months ({confidence(rules)} CI)"


def time_to_event_rows(estimates: Numbers, rules: Rules, columns: list[dict]) -> list[Row]:
    """Body of a time-to-event table; `columns` says where the numbers of each column stand."""
    decimals = rules.display.percent_decimals

    def line(label, text, **look):
        return Row(label, tuple(text(place) for place in columns), **look)

    def share(name):
        def cell(place):
            n, pct = (estimates.get(stat, parameter=name, **place) for stat in ("n", "pct"))
            return f"{count(n)} ({rounded(pct, decimals)})"

        return cell

    body = [
        line("Patients", lambda p: count(estimates.get("n", parameter="Patients", **p))),
        line("Events (%)", share("Events"), indent=1),
        line("Censored (%)", share("Censored"), indent=1),
        median_row(estimates, rules, columns, strong=True),
        Row(f"Rate, % ({confidence(rules)} CI) [at risk]", heading=True),
    ]
    for month in rules.estimation.survival_months:
        body += rate_rows(estimates, rules, f"{month} months", columns)
    body += [
        Row("Mean and follow-up", heading=True),
        line(
            rmst_label(columns[0]["analysis_id"], rules),
            lambda p: months_cell(estimates, rules, name="RMST", stats=ESTIMATE, **p),
            indent=1,
        ),
        line(
            f"Median follow-up, months ({confidence(rules)} CI)",
            lambda p: median_text(estimates, rules, name="Follow-up", **p),
            indent=1,
        ),
    ]
    return body


def median_row(estimates: Numbers, rules: Rules, columns: list[dict], **look) -> Row:
    """The line of medians."""
    cells = tuple(median_text(estimates, rules, **place) for place in columns)
    return Row(f"Median, months ({confidence(rules)} CI)", cells, **look)


def rate_rows(estimates: Numbers, rules: Rules, landmark: str, columns: list[dict]) -> list[Row]:
    """The rates at one landmark with those at risk, and below them the exact limits."""
    at = {"parameter": "Survival", "category": landmark}
    cells = tuple(
        f"{rate_cell(estimates, rules, **at, **place)} "
        f"[{count(estimates.get('n_at_risk', **at, **place))}]"
        for place in columns
    )
    exact = (exact_cell(estimates, rules, **at, **place) for place in columns)
    return [Row(landmark, cells, indent=1), *exact_row(rules, exact, indent=3)]


def time_to_event_notes(estimates: Numbers, rules: Rules, body: Iterable[Row]) -> tuple[str, ...]:
    """What a reader of a time-to-event table must know about its numbers."""
    least = rules.estimation.min_stratum
    return (
        "RMST: mean restricted to the months of the plan, the same in every output and cut; NE "
        f"for fewer than {counted(least, 'patient')} and where the curve ends above 0 before. "
        "NR: not reached.",
        f"Median follow-up: reverse Kaplan-Meier. Intervals: {confidence(rules)}, log-log.",
        *limit_notes(rules, body),
        *flat_notes(estimates, in_months(rules), " months"),
    )


def scan_notes(rules: Rules) -> tuple[str, ...]:
    """What a referee asks of a time that scans decide."""
    days = rules.pfs.interval_days
    return (
        f"Progression is seen at scans, planned every {days} days: no median and no interval is "
        "finer than that distance, and groups scanned on other days differ for that reason alone.",
    )


def survival_table(
    rows: EstimateRows, rules: Rules, paramcd: str, also: tuple[str, ...] = ()
) -> Table:
    """T14.2.4.1 and T14.2.5.1: one column per group; `also`: further shares below the censored."""
    estimates = Numbers(rows)
    columns = [{"analysis_id": paramcd, "group": group} for group in estimates.groups]
    heads = tuple(Column(group_label(group)) for group in estimates.groups)
    lines = time_to_event_rows(estimates, rules, columns)
    decimals = rules.display.percent_decimals
    for name in reversed(also):
        cells = tuple(share_cell(estimates, decimals, parameter=name, **place) for place in columns)
        lines.insert(3, Row(f"{name} (%)", cells, indent=2))
    body = tuple(lines)
    notes = time_to_event_notes(estimates, rules, body)
    return Table(rows.output_id, "", heads, body, notes)
