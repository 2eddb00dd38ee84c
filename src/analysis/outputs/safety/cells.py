"""T14.3.1.1 to T14.3.1.4, T14.3.2 as tables, L16.2.7 and L16.2.8 as listings."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, is_missing, percent, rounded
from analysis.displays.table import Column, Row
from analysis.endpoints.fatal_events import DISAGREEMENTS
from analysis.outputs.safety.columns import COLUMN_LABELS, ONE_SIDED
from analysis.params import Rules


def limit_note(rules: Rules) -> str:
    """What the one-sided limit is."""
    return f"≤: one-sided {confidence(rules)} upper limit where nobody had the event (0 of N)."


PERIOD_NOTE = (
    "Columns are treatment periods: a patient who changed group counts in each, with the time "
    "spent there. Before or without treatment: from consent to the first dose, or to the end of "
    "observation of patients never treated. Observation ends with death, withdrawal, completion, "
    "loss, the end of follow-up or the cut; N of a treatment column are the patients observed in "
    "it. Each event stands in one column; all of them together in the last. Rates count the events "
    "in observed time."
)


def incidence_cells(estimates: Numbers, decimals: int, analysis_id: str, **place: str):
    """``n (%)`` and ``(low, high)``, with the one-sided upper limit where n is 0."""
    n = estimates.get("n", analysis_id, **place)
    if is_missing(n):  # nobody knows: said once
        return count(n), ""
    low, high = (estimates.get(name, analysis_id, **place) for name in ("ci_low", "ci_high"))
    shown = f"{count(n)} ({percent(estimates.get('estimate', analysis_id, **place), decimals)})"
    limits = interval(low, high, decimals, scale=100)
    one_sided = f"{analysis_id}{ONE_SIDED}"
    if estimates.has("ci_high", one_sided, **place):
        limits += f"; ≤ {percent(estimates.get('ci_high', one_sided, **place), decimals)}"
    return shown, limits


def rate_cells(estimates: Numbers, analysis_id: str, **place: str) -> str:
    """Events and their rate with its limits."""
    if is_missing(number := estimates.get("n_events", analysis_id, **place)):
        return ""
    events = count(number)
    rate, low, high = (
        estimates.get(name, f"{analysis_id}, rate", **place)
        for name in ("estimate", "ci_low", "ci_high")
    )
    return f"{events}; {rounded(rate, 1)} {interval(low, high, 1)}"


def period_columns(estimates: Numbers) -> tuple[Column, ...]:
    """One column per treatment period, with patients and time at risk."""
    heads = []
    for code, label in COLUMN_LABELS.items():
        patients = count(estimates.get("n", "exposure", code))
        months = rounded(estimates.get("estimate", "exposure", code), 1)
        heads.append(Column(label, f"N = {patients}; {months} patient-months"))
    return tuple(heads)


def incidence_rows(
    estimates: Numbers, rules: Rules, label, parameter, category="", indent=0, **look
) -> list[Row]:
    """Three lines: patients, interval, events with their rate."""
    decimals = rules.display.percent_decimals
    places = [
        {"group": code, "parameter": parameter, "category": category} for code in COLUMN_LABELS
    ]
    pairs = [incidence_cells(estimates, decimals, "incidence", **place) for place in places]
    rates = tuple(rate_cells(estimates, "incidence", **place) for place in places)
    per = rules.safety.rate_per_months
    return [
        Row(f"{label}, n (%)", tuple(shown for shown, _ in pairs), indent=indent, **look),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=indent + 1),
        Row(f"Events; per {per} patient-months ({confidence(rules)} CI)", rates, indent=indent + 1),
    ]


def anybody(estimates: Numbers, analysis_id: str, parameter: str) -> bool:
    """Whether anybody in any column had such an event."""
    places = [{"group": code, "parameter": parameter} for code in COLUMN_LABELS]
    return any(estimates.get("n", analysis_id, **place) for place in places)


def share_of(estimates: Numbers, decimals, analysis_id, **place) -> str:
    """A count with its percentage."""
    n, share = estimates.get("n", analysis_id, **place), estimates.get("pct", analysis_id, **place)
    if is_missing(n):
        return count(n)
    return f"{count(n)} ({rounded(share, decimals)})"


def disagreement_note(estimates: Numbers, other: str) -> str:
    """Whether deaths on record and fatal adverse events say the same; made from the estimates."""
    found = {
        kind: int(estimates.get("n", "disagreement", "All", category=kind))
        for kind in DISAGREEMENTS
    }
    kinds = [f"{kind[0].lower()}{kind[1:]}: {n}" for kind, n in found.items() if n]
    if not kinds:
        return f"Deaths on record and fatal adverse events ({other}) agree in every patient."
    return (
        "Deaths on record and fatal adverse events are counted as recorded and do not agree in all "
        f"patients, here and in {other}: {'; '.join(kinds)}. Each is a finding (L16.2.8 lists the "
        "deaths with their events)."
    )
