"""T14.2.1.1 and T14.2.1.2 as tables."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, percent, rounded
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.response_at_visit import NOT_DUE
from analysis.estimates.rows import EstimateRows
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS
from analysis.outputs.response import ALL, CLOSED, DUE, OBSERVED
from analysis.visits import named_window
from schemas.terminology import BEST_OVERALL_RESPONSE

GROUPS = (*TREATED_GROUPS, "All")


def proportion_cells(
    numbers: Numbers, decimals: int, analysis_id: str, **place: str
) -> tuple[str, str]:
    """``x/N (p)`` and ``(low, high)`` of one proportion, in percent."""
    n, size = numbers.get("n", analysis_id, **place), numbers.get("N", analysis_id, **place)
    estimate = numbers.get("estimate", analysis_id, **place)
    low = numbers.get("ci_low", analysis_id, **place)
    high = numbers.get("ci_high", analysis_id, **place)
    return (
        f"{count(n)}/{count(size)} ({percent(estimate, decimals)})",
        interval(low, high, decimals, scale=100),
    )


def _columns(numbers: Numbers, flag: str, stat: str, **place: str) -> tuple[Column, ...]:
    return tuple(
        Column(GROUP_LABELS[group], f"N = {count(numbers.get(stat, flag, group, **place))}")
        for group in GROUPS
    )


def visit_response_table(
    rows: EstimateRows, rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Status of the patients due at each visit, and objective response under each denominator."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for window in rules.visits.windows:
        body.append(Row(window.label, heading=True))
        body += _visit(numbers, analysis_set, window.label, rules)
    notes = (
        "Due: the window of the visit closed by the data cut, whatever happened before. "
        "Progression, death or new anticancer therapy before the visit is a non-response, judged "
        "at the assessment nearest to the target day.",
        "If nothing came before and that assessment is not evaluable, the nearest evaluable one of "
        "the window before the first of progression, new therapy and death gives the value.",
        "Of assessed: of those due, patients with an evaluable assessment at the visit and none of "
        "these before.",
    )
    columns = _columns(numbers, analysis_set, "N")
    return Table(rows.output_id, title, "Visit", columns, tuple(body), notes)


def _visit(numbers: Numbers, flag: str, visit: str, rules) -> list[Row]:
    decimals = rules.display.percent_decimals

    def n(group, parameter, category=""):
        return count(numbers.get("n", flag, group, visit, parameter, category))

    def line(label, *statuses, **look):
        cells = (" / ".join(n(group, "Status", s) for s in statuses) for group in GROUPS)
        return Row(label, tuple(cells), **look)

    body = [
        Row("Due", tuple(n(group, "Due") for group in GROUPS), indent=1),
        line("CR / PR", "CR", "PR", indent=2),
        line("SD / non-CR/non-PD", "SD", "NON-CR/NON-PD", indent=2),
        line("PD / PD before", "PD", "PD before", indent=2),
        line("Death before", "Death before", indent=2),
        line("New therapy before", "New therapy before", indent=2),
        line("NE / not done", "NE", "Not done", indent=2),
    ]
    for denominator, label in (
        (DUE, "Objective response, of due (%)"),
        (ALL, "Objective response, of all (%)"),
        (OBSERVED, "Objective response, of assessed (%)"),
    ):
        place = {"visit": visit, "parameter": "Objective response", "category": denominator}
        pairs = [proportion_cells(numbers, decimals, flag, group=g, **place) for g in GROUPS]
        main = denominator == DUE
        body.append(Row(label, tuple(shown for shown, _ in pairs), indent=1, strong=main))
        body.append(Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2))
    body.append(Row("Not yet due", tuple(n(group, NOT_DUE) for group in GROUPS), indent=1))
    return body


def best_response_table(
    rows: EstimateRows, rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Best overall response, the reasons for NE and MISSING, and the objective response rate."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    visit = named_window(rules.response.supportive_visit, rules).label
    body: list[Row] = []
    for label in ("Confirmed", "Unconfirmed"):
        parameter = f"{label} best response"
        body.append(Row(f"{label} best overall response", heading=True))
        for response in BEST_OVERALL_RESPONSE:
            cells = _shares(numbers, analysis_set, parameter, response, decimals)
            body.append(Row(response, cells, indent=1))
            reasons = f"Reason for {response}"
            if label == "Confirmed":
                body += _reasons(numbers, analysis_set, reasons)
        body += _rates(numbers, analysis_set, label, visit, rules)
    place = {"parameter": "Confirmed objective response"}
    columns = _columns(numbers, analysis_set, "N", **place)
    notes = (
        f"Not due yet: the window of {rules.visits.windows[0].label} had not closed by the cut, "
        "whatever happened before. MISSING is a non-response, whatever its reason.",
        f"Supportive: patients whose window of {visit} has closed by the cut, whatever happened "
        "before. The rate over everybody counts those still waiting as non-responders.",
    )
    return Table(rows.output_id, title, "Response", columns, tuple(body), notes)


def _rates(numbers: Numbers, flag: str, label: str, visit: str, rules) -> list[Row]:
    """Objective response rate over everybody, and over those whose window has closed."""
    body = []
    main = f"Objective response rate, {label.lower()} (%)"
    closed = f"Supportive: of those whose window of {visit} has closed (%)"
    for category, name in (("", main), (CLOSED, closed)):
        place = {"parameter": f"{label} objective response", "category": category}
        decimals = rules.display.percent_decimals
        pairs = [proportion_cells(numbers, decimals, flag, group=g, **place) for g in GROUPS]
        cells, limits = zip(*pairs, strict=True)
        indent = 1 if category else 0
        body.append(Row(name, cells, strong=not category, indent=indent))
        body.append(Row(f"{confidence(rules)} CI", limits, indent=indent + 1))
    return body


def _shares(numbers, flag, parameter, category, decimals) -> tuple[str, ...]:
    cells = []
    for group in GROUPS:
        place = {"group": group, "parameter": parameter, "category": category}
        n, share = numbers.get("n", flag, **place), numbers.get("pct", flag, **place)
        cells.append(f"{count(n)} ({rounded(share, decimals)})")
    return tuple(cells)


def _reasons(numbers: Numbers, flag: str, parameter: str) -> list[Row]:
    body = []
    for reason in sorted(numbers.categories(flag, parameter)):
        cells = []
        for group in GROUPS:
            place = {"group": group, "parameter": parameter, "category": reason}
            known = numbers.has("n", flag, **place)
            cells.append(count(numbers.get("n", flag, **place)) if known else "0")
        body.append(Row(reason, tuple(cells), indent=2))
    return body
