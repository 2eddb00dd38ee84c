"""T14.1.4: lines, classes, end of the last line and PFS1, by group.

The last line is the last systemic one. PFS1 ends at the first progression recorded after its start
and up to the first systemic dose after enrolment, by the criterion of the PFS ratio
(`endpoints.line_progression`); who has none is counted with the reason.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.shares import quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.line_progression import POSSIBLE_ORDER, WITHOUT_PFS1
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import ALL_GROUPS, by_group, group_label
from analysis.tabulation.proportion import add_share
from analysis.tabulation.summary import add_summary
from schemas.terminology import PRIOR_STOP_REASON, THERAPY_CLASS

OUTPUT = "T14.1.4"
NEEDS = ("prior_treatments",)
LINES = "Prior lines of treatment"
CLASSES = "Class received before (a patient can stand in several)"
STOPPED = "Why the last systemic line ended"
PFS1 = "PFS on the last systemic line (PFS1)"
WITHOUT = "Without PFS1"
FLAGGED = "PFS1 flagged"
NO_LINE = "No prior systemic line"


def last_systemic_line(adcm: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Last systemic prior line of each patient, indexed by USUBJID."""
    systemic = adcm[adcm["THERCLS"].isin(rules.treatment.systemic_classes)]
    ordered = systemic.sort_values(["USUBJID", "LINE"], kind="stable")
    return ordered.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.4: lines, classes, end of the last line and PFS1, by group.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adcm``.
    rules : Rules
        ``treatment.systemic_classes``.

    Returns
    -------
    EstimateRows
        Analysis "prior treatment" by group; the reasons for the end of the last line add up to the
        group, and so do the patients with and without PFS1.
    """
    adsl, adcm = data["adsl"], data["adcm"]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    last = last_systemic_line(adcm, rules)
    for group, patients in by_group(adsl, ALL_GROUPS):
        _lines(rows, group, patients, sorted(adsl["NPRIORL"].unique()))
        _classes(rows, group, patients, adcm)
        _last_line(rows, group, patients["USUBJID"], last)
    return rows


def _cell(group: str, parameter: str, category: str = "") -> Cell:
    return Cell("prior treatment", group, parameter=parameter, category=category)


def _lines(rows: EstimateRows, group, patients, numbers) -> None:
    rows.count(_cell(group, "Patients"), patients["USUBJID"])
    number, who = patients["NPRIORL"].astype("float64"), patients["USUBJID"]
    add_summary(rows, _cell(group, LINES), number, unit="lines", patients=who)
    for number in numbers:
        who = patients.loc[patients["NPRIORL"].eq(number), "USUBJID"]
        add_share(rows, _cell(group, LINES, str(number)), who, patients["USUBJID"])


def _classes(rows: EstimateRows, group, patients, adcm) -> None:
    mine = adcm[adcm["USUBJID"].isin(patients["USUBJID"])]
    for therapy_class in THERAPY_CLASS:
        if adcm["THERCLS"].eq(therapy_class).any():
            who = mine.loc[mine["THERCLS"].eq(therapy_class), "USUBJID"]
            add_share(rows, _cell(group, CLASSES, therapy_class), who, patients["USUBJID"])


def _last_line(rows: EstimateRows, group, who: pd.Series, last: pd.DataFrame) -> None:
    mine = last.reindex(who)
    reason = mine["STOPRSN"].where(mine["STOPRSN"].notna(), NO_LINE)
    for category in (*PRIOR_STOP_REASON, NO_LINE):
        add_share(rows, _cell(group, STOPPED, category), who[reason.eq(category).to_numpy()], who)
    add_summary(rows, _cell(group, PFS1), mine["PFS1"].astype("float64"), unit="days", patients=who)
    flagged = mine["PFS1ORFL"].eq("Y")
    add_share(rows, _cell(group, FLAGGED, POSSIBLE_ORDER), who[flagged.to_numpy()], who)
    without = mine["PFS1RSN"].where(mine["STOPRSN"].notna(), NO_LINE)
    for category in (NO_LINE, *WITHOUT_PFS1):
        add_share(rows, _cell(group, WITHOUT, category), who[without.eq(category).to_numpy()], who)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (prior_treatment_table(rows, rules),)


_ANALYSIS = "prior treatment"


def prior_treatment_table(rows: EstimateRows, rules: Rules) -> Table:
    """One column per group: lines, classes, why the last line ended, PFS on it."""
    estimates = Numbers(rows)
    decimals, month = rules.display.percent_decimals, rules.estimation.month_days

    def shares(parameter):
        for category in estimates.categories(_ANALYSIS, parameter):
            if category:
                cells = tuple(
                    share_cell(
                        estimates,
                        decimals,
                        _ANALYSIS,
                        group=g,
                        parameter=parameter,
                        category=category,
                    )
                    for g in estimates.groups
                )
                words = category.replace("_", " ")
                yield Row(words[0].upper() + words[1:], cells, indent=1)

    def quartiles(label, parameter, places, scale=1.0):
        cells = (
            quartiles_cell(estimates, places, _ANALYSIS, scale, group=g, parameter=parameter)
            for g in estimates.groups
        )
        return Row(label, tuple(cells), indent=1)

    known = (count(estimates.get("n", _ANALYSIS, g, parameter=PFS1)) for g in estimates.groups)
    body = [
        Row(LINES, heading=True),
        quartiles("Median (Q1–Q3)", LINES, 0),
        *shares(LINES),
        Row(CLASSES, heading=True),
        *shares(CLASSES),
        Row(STOPPED, heading=True),
        *shares(STOPPED),
        Row(PFS1, heading=True),
        Row("Known", tuple(known), indent=1),
        quartiles("Median, months (Q1–Q3)", PFS1, rules.display.months_decimals, month),
        *shares(FLAGGED),
        Row(WITHOUT, heading=True),
        *shares(WITHOUT),
    ]
    columns = tuple(
        Column(
            group_label(g), f"N = {count(estimates.get('n', _ANALYSIS, g, parameter='Patients'))}"
        )
        for g in estimates.groups
    )
    return Table(rows.output_id, "n (%) of all patients of the column", columns, tuple(body))
