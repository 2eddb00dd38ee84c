"""T14.2.5.2: OS of the whole cohort from enrolment, MTB review and first dose."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import (
    median_row,
    rate_rows,
    time_to_event_notes,
    time_to_event_rows,
)
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.known_at_origin import followed
from analysis.tabulation.time_to_event import add_time_to_event

OUTPUT = "T14.2.5.2"
NEEDS = ("disposition",)
# the bound beside each: everybody not known to have died followed to the planned end
TO_THE_LIMIT = {"OSENR": "OSENRLIM", "OSMTB": "OSMTBLIM", "OS": "OSLIM"}
ORIGINS = (
    ("OSENR", "ENRLFL", "Enrolment"),
    ("OSMTB", "MTBFL", "MTB review"),
    ("OS", "TRTFL", "First dose"),
)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.5.2: OS of the whole cohort from enrolment, MTB review and first dose.

    Returns
    -------
    EstimateRows
        analysis_id = PARAMCD (visit = origin): of each origin OS, and OS with everybody not known
        to have died followed to the planned end (`TO_THE_LIMIT`); "Origin pending" counts the
        patients of the set without it.
    """
    adsl = data["adsl"]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    for paramcd, flag, origin in ORIGINS:
        bound = TO_THE_LIMIT[paramcd]
        mine, at_most = (followed(data, rules, code, flag) for code in (paramcd, bound))
        for code, of in ((paramcd, mine), (bound, at_most)):
            add_time_to_event(rows, Cell(code, "All", origin), of, rules, analysis_set=flag)
        without = in_set(adsl, flag)
        missing = without.loc[~without["USUBJID"].isin(mine["USUBJID"]), "USUBJID"]
        rows.count(Cell(paramcd, "All", origin, "Origin pending"), missing, analysis_set=flag)
    return rows


_ORIGIN_WORDS = {"Enrolment": "enrolment", "MTB review": "MTB review", "First dose": "first dose"}


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (origins_table(rows, rules),)


def origins_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.2.5.2: the whole cohort from three origins."""
    estimates = Numbers(rows)
    columns = [
        {"analysis_id": paramcd, "group": "All", "visit": origin} for paramcd, _, origin in ORIGINS
    ]
    heads = tuple(Column(f"From {_ORIGIN_WORDS[origin]}") for _, _, origin in ORIGINS)
    body = time_to_event_rows(estimates, rules, columns)
    pending = tuple(
        count(estimates.get("n", parameter="Origin pending", **place)) for place in columns
    )
    body.insert(1, Row("In the set, origin pending", pending, indent=1))
    body.append(Row("All the living followed to the planned end of follow-up", heading=True))
    bounds = [{**place, "analysis_id": TO_THE_LIMIT[place["analysis_id"]]} for place in columns]
    body.append(median_row(estimates, rules, bounds, indent=1))
    for month in rules.estimation.survival_months:
        body += rate_rows(estimates, rules, f"{month} months", bounds)
    notes = (
        "Each column has its own patients and clock; the columns are not a comparison.",
        *time_to_event_notes(estimates, rules, body),
        "All the living followed: everybody not known to have died is taken as alive to the "
        "planned end of follow-up, or to the cut. Deaths become known without a contact, lives "
        "do not.",
    )
    return Table(rows.output_id, "", heads, tuple(body), notes)
