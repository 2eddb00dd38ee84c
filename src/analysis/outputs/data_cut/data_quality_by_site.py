"""T14.1.8: open findings by rule, severity and site, of this cut and of the previous one."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.data_cut.findings_for_the_sites import rule_in_words
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "T14.1.8"
NEEDS = ()
NO_SITE, ALL = "No site", "All"
CUTS = {"this cut": "findings", "previous cut": "previous_findings"}
SEVERITIES = ("error", "warning")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.8: open findings by rule, severity and site, of this cut and of the previous one.

    Parameters
    ----------
    data : mapping of DataFrame
        ``findings``, as in ``findings.csv``; ``previous_findings``, those of the previous cut
        under today's rules, where there is one.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis = this cut or previous cut, group = site (All; "No site" for a finding about no
        patient), parameter = rule (all), category = severity: n_events findings, n patients.
    """
    rows = EstimateRows(OUTPUT, "ENRLFL")
    for analysis, name in CUTS.items():
        findings = data.get(name)
        if findings is None:
            continue
        findings = findings.assign(
            site=findings["site_id"].where(findings["site_id"].ne(""), NO_SITE)
        )
        for severity in SEVERITIES:
            mine = findings[findings["severity"].eq(severity)]
            _add(rows, Cell(analysis, ALL, parameter="all", category=severity), mine)
            for place, same in mine.groupby("site", sort=True):
                _add(rows, Cell(analysis, str(place), parameter="all", category=severity), same)
            for (rule, where), same in mine.groupby(["rule", "site"], sort=True):
                cell = Cell(analysis, str(where), parameter=str(rule), category=severity)
                _add(rows, cell, same)
            for rule, same in mine.groupby("rule", sort=True):
                _add(rows, Cell(analysis, ALL, parameter=str(rule), category=severity), same)
    return rows


def _add(rows: EstimateRows, cell: Cell, findings: pd.DataFrame) -> None:
    rows.add(cell, "n_events", len(findings), unit="findings")
    rows.count(cell, findings["patient_id"][findings["patient_id"].ne("")])


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Findings and patients by rule, with each site; those of the previous cut beside."""
    return (sites_table(rows),)


def sites_table(rows: EstimateRows) -> Table:
    """Rules by severity; all sites with the previous cut, then each site."""
    estimates = Numbers(rows)
    frame = estimates.frame
    before = frame["analysis_id"].eq("previous cut").any()
    named = sorted(set(frame["group"]) - {ALL, NO_SITE})
    sites = [*named, *([NO_SITE] if frame["group"].eq(NO_SITE).any() else [])]

    def cell(stat: str, analysis: str, site: str, rule: str, severity: str) -> str:
        here = frame["analysis_id"].eq(analysis) & frame["group"].eq(site)
        here &= frame["parameter"].eq(rule) & frame["category"].eq(severity)
        if not (here & frame["stat_name"].eq(stat)).any():
            return "0"
        return count(estimates.get(stat, analysis, site, parameter=rule, category=severity))

    def cells(rule: str, severity: str) -> tuple[str, ...]:
        place = (rule, severity)
        return (
            cell("n_events", "this cut", ALL, *place),
            cell("n", "this cut", ALL, *place),
            cell("n_events", "previous cut", ALL, *place) if before else "",
            *(cell("n_events", "this cut", site, *place) for site in sites),
        )

    body = []
    for severity in SEVERITIES:
        mine = frame[frame["category"].eq(severity) & frame["parameter"].ne("all")]
        body.append(Row(f"{severity.capitalize()}s", cells("all", severity), strong=True))
        body += [
            Row(rule_in_words(rule), cells(rule, severity), indent=1)
            for rule in sorted(set(mine["parameter"]))
        ]
    columns = (
        Column("Findings", span="This cut"),
        Column("Patients", span="This cut"),
        Column("Findings", span="Previous cut"),
        *(Column(site, span="Findings of this cut, by site") for site in sites),
    )
    notes = ("Findings of the previous cut are those of its extracts under the rules of today.",)
    return Table(OUTPUT, "Rule", columns, tuple(body), notes if before else ())
