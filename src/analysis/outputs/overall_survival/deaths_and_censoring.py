"""T14.2.5.3: deaths and censoring of overall survival by reason, by treatment group.

Withdrawal, loss and no contact up to the planned end take patients away before anybody knows
whether they lived. Where they take more from one group than from another, and the ill go first, the
curves differ for that reason alone; so their incidence stands beside the reasons.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import exact_cell, exact_row, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.end_of_observation import DISCONTINUED, LOST, NO_CONTACT, WITHDREW
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.overall_survival.uneven_loss import (
    INCIDENCE,
    WITHDRAWN,
    add_differences,
    add_incidence_of_loss,
    uneven_loss,
)
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import followed
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.2.5.3"
NEEDS = ("treatments", "disposition")
#: Codes of the plan in the order in which they are judged.
ORDER = (0, WITHDREW, LOST, NO_CONTACT, DISCONTINUED, 8, 1)
NOT_RECORDED = "not recorded"


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.5.3: deaths and censoring of overall survival by reason, by treatment group.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` (WITHRSN) and ``adtte`` (OS).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        Analyses "event" and "censored" (n, N, pct; category = EVNTDESC or CNSDTDSC, parameter =
        CNSR), which add up to the patients of the group; "withdrew because" (the reasons on record
        of those censored for a withdrawal, which add up to them); "gone" (Aalen-Johansen incidence
        of withdrawal, loss or no contact at the months of the plan, death competes; visit = "6
        months") and "gone, difference" (between two groups that are large enough).
    """
    treated = in_set(data["adsl"], "TRTFL")
    everyone = followed(data, rules, "OS", "TRTFL", by)
    reasons = spelt_once(treated.set_index("USUBJID")["WITHRSN"])
    rows = EstimateRows(OUTPUT, "TRTFL", by)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        mine = everyone[everyone["USUBJID"].isin(patients["USUBJID"])]
        rows.count(Cell("patients", group), mine["USUBJID"])
        _reasons(rows, group, mine, everyone)
        _withdrawals(rows, group, mine, everyone, reasons)
        add_incidence_of_loss(rows, group, mine, rules)
    add_differences(rows, treated, rules, by)
    return rows


def spelt_once(reasons: pd.Series) -> pd.Series:
    """Reasons on record, those that differ only by spaces or case under their first spelling."""
    text = reasons.astype(object).where(reasons.notna(), "").astype(str)
    tidy = text.str.split().str.join(" ")
    first = tidy.sort_values(kind="stable").groupby(tidy.str.casefold()).first()
    return tidy.str.casefold().map(first).replace("", NOT_RECORDED)


def _reasons(rows: EstimateRows, group: str, mine: pd.DataFrame, everyone: pd.DataFrame) -> None:
    known = everyone.assign(
        REASON=everyone["EVNTDESC"].where(everyone["CNSR"].eq(0), everyone["CNSDTDSC"])
    )
    named = known[["CNSR", "REASON"]].drop_duplicates().itertuples(index=False, name=None)
    for code, reason in sorted(named, key=lambda pair: (ORDER.index(pair[0]), pair[1])):
        same = known["CNSR"].eq(code) & known["REASON"].eq(reason)
        who = mine.loc[mine["USUBJID"].isin(known.loc[same, "USUBJID"]), "USUBJID"]
        analysis = "event" if code == 0 else "censored"
        cell = Cell(analysis, group, parameter=f"CNSR {code}", category=reason)
        add_share(rows, cell, who, mine["USUBJID"])


def _withdrawals(rows: EstimateRows, group: str, mine, everyone, reasons: pd.Series) -> None:
    """Why those censored for a withdrawal withdrew: who is too unwell is not who moved away."""
    withdrew = reasons.reindex(everyone.loc[everyone["CNSR"].eq(WITHDREW), "USUBJID"])
    for reason in sorted(withdrew.unique(), key=lambda text: (text == NOT_RECORDED, text)):
        who = mine.loc[mine["USUBJID"].isin(withdrew.index[withdrew.eq(reason)]), "USUBJID"]
        add_share(rows, Cell(WITHDRAWN, group, category=reason), who, mine["USUBJID"])


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (overall_survival_reasons_table(rows, rules), *uneven_loss(rows, rules))


def overall_survival_reasons_table(rows: EstimateRows, rules: Rules) -> Table:
    """Deaths, why the others are censored, why patients withdrew, and how many were gone."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals

    def share(analysis, **place) -> tuple[str, ...]:
        return tuple(
            share_cell(estimates, decimals, analysis, group=group, **place)
            for group in estimates.groups
        )

    body: list[Row] = []
    for analysis, label in (("event", "Events"), ("censored", "Censored")):
        body.append(Row(label, heading=True))
        for parameter, reason in _reasons_of(estimates, analysis):
            name = reason if analysis == "event" else f"{reason} [{parameter}]"
            cells = share(analysis, parameter=parameter, category=reason)
            body.append(Row(name, cells, indent=1))
            if analysis == "censored" and parameter == f"CNSR {WITHDREW}":
                for why in estimates.categories(WITHDRAWN, ""):
                    body.append(Row(why, share(WITHDRAWN, category=why), indent=2))
    months = f"{rules.estimation.uneven_loss_months} months"
    head = f"Withdrawn, lost or without contact by {months}, % ({confidence(rules)} CI)"
    places = [{"group": group, "visit": months} for group in estimates.groups]
    cells = tuple(rate_cell(estimates, rules, INCIDENCE, **place) for place in places)
    body.append(Row(head, cells, strong=True))
    exact = (exact_cell(estimates, rules, INCIDENCE, **place) for place in places)
    body += exact_row(rules, exact, indent=1)
    heads = tuple(
        Column(group_label(g), f"N = {count(estimates.get('n', 'patients', g))}")
        for g in estimates.groups
    )
    notes = (
        "Reasons for a withdrawal as the site recorded them. Aalen-Johansen; death competes.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, "Reason", heads, tuple(body), notes)


def _reasons_of(estimates: Numbers, analysis: str) -> list[tuple[str, str]]:
    """CNSR and reason of an analysis, in the order in which they were made."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq(analysis) & frame["group"].eq("All")]
    pairs = mine[["parameter", "category"]].drop_duplicates()
    return list(pairs.itertuples(index=False, name=None))
