"""T14.2.7.1, T14.2.7.2, T14.2.7.3 and T14.2.7.4 as tables."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count, rounded
from analysis.displays.response import proportion_cells
from analysis.displays.shares import limits_cell, quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.matching_score import BRIDGED, EVERYBODY, FIRST, PFS, RESPONSE, SHOWN
from analysis.outputs.variants import DENOMINATORS, INTERVENABLE, NO_MATCH, NOT_ASSIGNED
from analysis.wording import counted
from schemas.terminology import EVIDENCE_SYSTEM


def intervenable_table(rows: EstimateRows, rules, title: str) -> Table:
    """The proportion under each denominator, and where the others stand."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [Row(INTERVENABLE, heading=True)]
    for flag, label in DENOMINATORS:
        cells = proportion_cells(numbers, decimals, label, parameter=INTERVENABLE)
        name = label[0].upper() + label[1:]
        body.append(Row(name, cells, indent=1, strong=flag == "ENRLFL"))
    body.append(Row("Enrolled without one, exclusive", heading=True))
    for category in numbers.categories("without", ""):
        n = numbers.get("n", "without", category=category)
        size = count(numbers.get("N", "without", category=category))
        share = rounded(numbers.get("pct", "without", category=category), decimals)
        body.append(Row(category, (f"{count(n)}/{size} ({share})", ""), indent=1))
    columns = (Column("n/N (%)"), Column(f"{confidence(rules)} CI"))
    return Table(rows.output_id, title, "Denominator", columns, tuple(body))


def evidence_table(rows: EstimateRows, rules, title: str) -> Table:
    """Highest level of each patient, system by system, with the versions used."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for system in EVIDENCE_SYSTEM:
        graded = numbers.get("n", system, parameter="Graded")
        if not graded:
            continue
        name = rules.molecular.evidence_systems[system]
        body.append(Row(f"{name}: {counted(int(graded), 'patient')} graded", heading=True))
        for level in numbers.categories(system, "Level"):
            n = numbers.get("n", system, parameter="Level", category=level)
            if level == NOT_ASSIGNED and not n:
                continue
            share = numbers.get("pct", system, parameter="Level", category=level)
            body.append(Row(level, (count(n), rounded(share, decimals)), indent=1))
        versions = (
            f"{version} ({count(numbers.get('n', system, parameter='Version', category=version))})"
            for version in numbers.categories(system, "Version")
        )
        body.append(Row("Versions (patients): " + ", ".join(versions), indent=1))
    n, share = (numbers.get(stat, "none", parameter=NO_MATCH) for stat in ("n", "pct"))
    body.append(Row("None", heading=True))
    body.append(Row(NO_MATCH, (count(n), rounded(share, decimals)), indent=1))
    columns = (Column("Patients"), Column("% of discussed"))
    notes = (
        "Highest level of the recommendations of the first profile that name a variant or a "
        "biomarker. Order: schemas/reference/vocabularies.csv.",
        "Levels of different systems are not ranked against each other; levels nobody has are not "
        "printed.",
    )
    return Table(rows.output_id, title, "Level", columns, tuple(body), notes)


def genes_table(rows: EstimateRows, rules, title: str) -> Table:
    """Patients by gene and kind of alteration."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = numbers.frame
    kinds = list(pd.unique(frame.loc[frame["analysis_id"].eq("kind"), "parameter"]))

    def of_kind(gene, kind):
        place = {"parameter": gene, "category": kind}
        known = numbers.has("n", "gene", **place)
        return count(numbers.get("n", "gene", **place)) if known else "0"

    everyone = count(numbers.get("n", "patients"))
    any_kind = tuple(count(numbers.get("n", "kind", parameter=kind)) for kind in kinds)
    without = share_cell(numbers, decimals, "number", parameter="No variant reported")
    variants = quartiles_cell(numbers, 0, "number", parameter="Variants")
    blank = ("",) * len(kinds)
    body = [
        Row("Variants per patient, median (Q1–Q3)", (variants, *blank)),
        Row("No variant reported", (without, *blank)),
        Row("Any gene", ("", *any_kind)),
        Row("Gene", heading=True),
    ]
    for gene in pd.unique(frame.loc[frame["analysis_id"].eq("gene"), "parameter"]):
        total = share_cell(numbers, decimals, "gene", parameter=gene, category="any")
        body.append(Row(gene, (total, *(of_kind(gene, kind) for kind in kinds)), indent=1))
    columns = (
        Column("Patients (%)", f"N = {everyone}"),
        *(Column(kind.upper() if kind == "snv" else kind.capitalize()) for kind in kinds),
    )
    notes = ("Patients, not variants: one with two kinds in a gene stands in both columns.",)
    return Table(rows.output_id, title, "", columns, tuple(body), notes)


def biomarkers_table(rows: EstimateRows, rules, title: str) -> Table:
    """TMB, MSI and HRD of the sequenced."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    burden = "TMB, mutations/Mb"
    body = [
        Row("Tumour mutational burden", heading=True),
        Row(
            "Median, mutations/Mb (Q1–Q3)",
            (quartiles_cell(numbers, 1, "biomarker", parameter=burden),),
            indent=1,
        ),
    ]
    for parameter in ("TMB", "MSI", "HRD"):
        if parameter != "TMB":
            body.append(Row(parameter, heading=True))
        for category in numbers.categories("biomarker", parameter):
            place = {"parameter": parameter, "category": category}
            label = category if category.startswith("MS") else category.capitalize()
            if parameter == "TMB" and category == "high":
                label = f"High, at or above {rules.molecular.tmb_high:g} mutations/Mb"
            cells = (share_cell(numbers, decimals, "biomarker", **place),)
            body.append(Row(label, cells, indent=1))
    columns = (Column("Patients (%)", f"N = {count(numbers.get('n', 'patients'))}"),)
    return Table(rows.output_id, title, "Biomarker", columns, tuple(body))


def matching_table(rows: EstimateRows, rules, title: str) -> Table:
    """Who has a score, and outcomes at or above and below each cut."""
    numbers = Numbers(rows)
    body = [Row("Patients on guided therapy", heading=True)]
    for status in numbers.categories("score", "Patients"):
        n = numbers.get("n", "score", parameter="Patients", category=status)
        body.append(Row(status.capitalize(), (count(n), "", "", ""), indent=1))
    score = quartiles_cell(numbers, 2, "score", parameter="Matching score")
    body.append(Row(f"Score, median (Q1–Q3): {score}", indent=1))
    for cut in rules.estimation.matching_score_cuts:
        percent = f"{float(cut) * 100:.0f}%"
        body.append(Row(f"Cut at {percent}", heading=True))
        for group, label in (("high", f"At or above {percent}"), ("low", f"Below {percent}")):
            body.append(_outcome_row(numbers, rules, label, f"cut {cut}", group))
    body.append(Row("Hazard ratio of PFS against a score of 50%, spline", heading=True))
    for at in SHOWN:
        place = {"parameter": "Hazard ratio", "category": f"{at:g}"}
        stats = ("estimate", "ci_low", "ci_high")
        ratio = limits_cell(numbers, 2, "spline", stats, **place)
        body.append(Row(f"Score {100 * at:.0f}%", ("", "", "", ratio), indent=1))
    return Table(rows.output_id, title, "", _outcome_columns(rules), tuple(body), _why(numbers))


def _why(numbers: Numbers) -> tuple[str, ...]:
    spline = numbers.frame[numbers.frame["analysis_id"].eq("spline")]
    warnings = [text for text in pd.unique(spline["warning"]) if text]
    notes = (
        "Post hoc. Clock: first guided dose; groups: the score, fixed before the clock starts, so "
        "no immortal time. Hazard ratios: Cox, restricted cubic spline with three knots.",
        "Groups of fewer patients than rules.estimation.min_stratum: counts only.",
    )
    return (*notes, f"Hazard ratios not estimated: {warnings[0]}.") if warnings else notes


def _outcome_columns(rules) -> tuple[Column, ...]:
    return (
        Column("Patients"),
        Column("Confirmed response", "n/N (%)"),
        Column(f"{confidence(rules)} CI"),
        Column("Median PFS, months", f"({confidence(rules)} CI) [events]"),
    )


def _outcome_row(numbers: Numbers, rules, label: str, analysis: str, group: str) -> Row:
    decimals = rules.display.percent_decimals
    if not numbers.has("estimate", analysis, group=group, parameter=RESPONSE):
        n, size = (numbers.get(s, analysis, group=group, parameter=RESPONSE) for s in ("n", "N"))
        return Row(label, (count(size), f"{count(n)}/{count(size)}", DASH, DASH), indent=1)
    response = proportion_cells(numbers, decimals, analysis, group=group, parameter=RESPONSE)
    stats, place = ("median", "ci_low", "ci_high"), {"group": group, "parameter": PFS}
    month = rules.estimation.month_days
    size = numbers.get("N", analysis, group=group, parameter=RESPONSE)
    pfs = limits_cell(numbers, rules.display.months_decimals, analysis, stats, month, **place)
    events = count(numbers.get("n_events", analysis, **place))
    return Row(label, (count(size), *response, f"{pfs} [{events}]"), indent=1)


def guided_outcome_table(rows: EstimateRows, rules, title: str) -> Table:
    """Outcome of guided therapy as first regimen and after a bridging one."""
    numbers = Numbers(rows)
    body = [
        _outcome_row(numbers, rules, label, "place", label) for label in (FIRST, BRIDGED, EVERYBODY)
    ]
    notes = ("Response and PFS from the first guided dose (CBORG, PFSG).",)
    return Table(
        rows.output_id, title, "Guided therapy", _outcome_columns(rules), tuple(body), notes
    )
