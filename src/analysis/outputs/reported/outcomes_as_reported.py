"""T14.2.11.1: best response, response and times as the source reports them, beside the derived.

All enrolled patients together: the source does not say what was known at its anchor, so nobody is
grouped. Reported and derived are two measurements of one patient, shown side by side, never mixed.
"""

from __future__ import annotations

from typing import Any

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.shares import proportion_cells, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import median_text
from analysis.endpoints.reported_outcomes import TIMES
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_proportion, add_share
from analysis.tabulation.time_to_event import add_time_to_event
from schemas.terminology import OVERALL_RESPONSE

OUTPUT = "T14.2.11.1"
NEEDS = ("reported_outcomes",)
OBJECTIVE = ("CR", "PR")
EVERYBODY = "All"
REPORTED, DERIVED = "Reported", "Derived"
#: Beside a reported time, the derived one of the same patients: not that of all.
SAME = "Patients with a reported outcome"
BEST, RESPONSE = "best response", "objective response"
#: Reported time -> the derived one beside it.
BESIDE = {"PFSREP": "PFS", "OSREP": "OS"}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.11.1: what the source reports, and what the scans and dates give, side by side.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adrs`` (BORREP, RSPREP; BOR), ``adtte`` (PFSREP, OSREP; PFS, OS).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        Analyses "best response" (category = response; parameter = Reported or Derived; of the
        patients with a reported one) and "objective response" (from RSPREP where reported, else
        from BORREP), and by PARAMCD what every time to event has
        (visit `SAME`: the derived time of the patients with a reported one).
    """
    adsl = in_set(data["adsl"], "ENRLFL")
    adrs = data["adrs"][data["adrs"]["USUBJID"].isin(adsl["USUBJID"])]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    best = {
        name: adrs[adrs["PARAMCD"].eq(paramcd)].set_index("USUBJID")["AVALC"]
        for name, paramcd in ((REPORTED, "BORREP"), (DERIVED, "BOR"))
    }
    who = best[REPORTED].index
    for name, values in best.items():
        for response in (*OVERALL_RESPONSE, "MISSING"):
            with_it = who[values.reindex(who).eq(response).to_numpy(bool)]
            cell = Cell(BEST, EVERYBODY, parameter=name, category=response)
            add_share(rows, cell, with_it, who)
    said = adrs[adrs["PARAMCD"].eq("RSPREP")].set_index("USUBJID")["AVALC"]
    responded = best[REPORTED].isin(OBJECTIVE).map({True: "Y", False: "N"})
    responded = said.combine_first(responded)
    everybody = responded.index
    cell = Cell(RESPONSE, EVERYBODY, parameter=REPORTED)
    add_proportion(rows, cell, everybody[responded.eq("Y")], everybody, rules)
    derived = best[DERIVED].reindex(everybody)
    cell = Cell(RESPONSE, EVERYBODY, parameter=DERIVED)
    add_proportion(rows, cell, everybody[derived.isin(OBJECTIVE)], everybody, rules)
    adtte = data["adtte"]
    for reported, beside in BESIDE.items():
        theirs = adtte[adtte["PARAMCD"].eq(reported)]
        add_time_to_event(rows, Cell(reported, EVERYBODY), theirs, rules, analysis_set="ENRLFL")
        mine = adtte[adtte["PARAMCD"].eq(beside) & adtte["USUBJID"].isin(theirs["USUBJID"])]
        add_time_to_event(rows, Cell(beside, EVERYBODY, SAME), mine, rules, analysis_set="TRTFL")
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (reported_table(rows, rules),)


def reported_table(rows: EstimateRows, rules: Rules) -> Table:
    """Reported in the first column, derived from scans and dates in the second."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [Row("Best overall response, n (%)", heading=True)]
    for response in (*OVERALL_RESPONSE, "MISSING"):
        cells = tuple(
            share_cell(
                estimates, decimals, BEST, group=EVERYBODY, parameter=name, category=response
            )
            for name in (REPORTED, DERIVED)
        )
        body.append(Row(response, cells, indent=1))
    shown = []
    for name in (REPORTED, DERIVED):
        place: dict[str, Any] = {"group": EVERYBODY, "parameter": name}
        shown.append(" ".join(proportion_cells(estimates, decimals, RESPONSE, **place)))
    body.append(Row(f"Objective response, n/N (%) ({confidence(rules)} CI)", tuple(shown)))
    for reported, (paramcd, param) in zip(BESIDE, TIMES.values(), strict=True):
        body.append(Row(param, heading=True))
        for name, label in (("Patients", "Patients"), ("Events", "Events")):
            cells = tuple(
                count(estimates.get("n", of, group=EVERYBODY, visit=visit, parameter=name))
                for of, visit in ((paramcd, ""), (BESIDE[reported], SAME))
            )
            body.append(Row(label, cells, indent=1))
        cells = tuple(
            median_text(estimates, rules, of, group=EVERYBODY, visit=visit)
            for of, visit in ((paramcd, ""), (BESIDE[reported], SAME))
        )
        body.append(Row(f"Median, months ({confidence(rules)} CI)", cells, indent=1))
    columns = (Column("Reported by the source"), Column("Derived from scans and dates"))
    notes = (
        "Reported: as the source says it, from its own day 1. Derived: of the same patients, by "
        "the rules of this plan, from what was received; without scans there is none (MISSING).",
    )
    return Table(rows.output_id, "Outcome", columns, tuple(body), notes)
