"""T14.2.7.2: highest evidence level of each patient discussed, by system."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.labels import in_words
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.evidence_level import highest_level, level_order
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.disposition.recommendation_uptake import first_profile_recommendations
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share
from analysis.wording import counted
from schemas.terminology import EVIDENCE_SYSTEM

OUTPUT = "T14.2.7.2"
NEEDS = ("sequencing", "mtb_reviews", "mtb_recommendations")
NOT_ASSIGNED = "Level not assigned"
NO_VERSION = "no version recorded"
NO_MATCH = "No matched recommendation"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.7.2: highest evidence level of each patient discussed, by system.

    First-profile recommendations that name a variant or a biomarker. A patient stands once in each
    system in which the board graded; levels of two systems are not ranked against each other.

    Returns
    -------
    EstimateRows
        Analysis = system: parameter "Level" (n, N, pct of discussed; every level that somebody has
        and "Level not assigned") and "Version" (n by version of the system); "none" counts the
        patients without a matched recommendation.
    """
    adsl, admb = data["adsl"], data["admb"]
    rows = EstimateRows(OUTPUT, "MTBFL")
    discussed = in_set(adsl, "MTBFL")["USUBJID"]
    linked = first_profile_recommendations(admb)
    best = highest_level(linked[linked["USUBJID"].isin(discussed)], rules)
    for system in EVIDENCE_SYSTEM:
        mine = best[best["EVSYS"].eq(system)]
        add_share(rows, Cell(system, parameter="Graded"), mine["USUBJID"], discussed)
        order = [*level_order(system, rules), NOT_ASSIGNED] if len(mine) else []
        level = mine["EVLVL"].fillna(NOT_ASSIGNED)
        for name in order:
            who = mine.loc[level.eq(name), "USUBJID"]
            if len(who) or name == NOT_ASSIGNED:
                cell = Cell(system, parameter="Level", category=name)
                add_share(rows, cell, who, discussed)
        version = mine["EVVER"].fillna(NO_VERSION)
        for name in sorted(version.unique(), key=lambda text: (text == NO_VERSION, text)):
            who = mine.loc[version.eq(name), "USUBJID"]
            rows.count(Cell(system, parameter="Version", category=name), who)
    none = discussed[~discussed.isin(best["USUBJID"])]
    add_share(rows, Cell("none", parameter=NO_MATCH), none, discussed)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (evidence_table(rows, rules),)


def evidence_table(rows: EstimateRows, rules: Rules) -> Table:
    """Highest level of each patient, system by system, with the versions used."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for system in EVIDENCE_SYSTEM:
        graded = estimates.get("n", system, parameter="Graded")
        if not graded:
            continue
        name = {str(k): v for k, v in rules.molecular.evidence_systems.items()}[system]
        body.append(Row(f"{name}: {counted(int(graded), 'patient')} graded", heading=True))
        for level in estimates.categories(system, "Level"):
            n = estimates.get("n", system, parameter="Level", category=level)
            if level == NOT_ASSIGNED and not n:
                continue
            share = estimates.get("pct", system, parameter="Level", category=level)
            cells = (count(n), rounded(share, decimals))
            body.append(Row(in_words(level), cells, indent=1))
        reported = {
            version: estimates.get("n", system, parameter="Version", category=version)
            for version in estimates.categories(system, "Version")
        }
        versions = [f"{version} ({count(n)})" for version, n in reported.items()]
        body.append(Row("Versions (patients): " + ", ".join(versions), indent=1))
    n, share = (estimates.get(stat, "none", parameter=NO_MATCH) for stat in ("n", "pct"))
    body.append(Row("None", heading=True))
    body.append(Row(NO_MATCH, (count(n), rounded(share, decimals)), indent=1))
    columns = (Column("Patients"), Column("% of discussed"))
    notes = (
        "Highest level of the recommendations of the first profile that name a variant or a "
        "biomarker. Order: schemas/reference/vocabularies.csv.",
        "Levels of different systems are not ranked against each other; levels nobody has are not "
        "printed.",
    )
    return Table(rows.output_id, "Level", columns, tuple(body), notes)
