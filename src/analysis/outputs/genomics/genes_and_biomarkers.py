"""T14.2.7.3: patients with at least one variant, by gene and kind; TMB, MSI, HRD.

"Intervenable" is the conclusion of the tumour board on the first profile (SAP D4). The main
denominator is all enrolled, so that a failed sequencing counts as not intervenable.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.shares import quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.genomics.first_profile import (
    NOT_MEASURED,
    first_profile_biomarkers,
    genes_by_frequency,
)
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share
from analysis.tabulation.summary import add_summary
from schemas.terminology import ALTERATION_TYPE, HRD_STATUS, MSI_STATUS

OUTPUT = "T14.2.7.3"
NEEDS = ("sequencing", "variants")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.7.3: patients with at least one variant, by gene and kind; TMB, MSI, HRD.

    First profile; every sequenced patient is in the denominator.

    Returns
    -------
    EstimateRows
        Analyses "gene" (parameter = gene, the most frequent first; category = kind of alteration,
        or "any"), "kind", "number" (variants per patient) and "biomarker".
    """
    rows = EstimateRows(OUTPUT, "SEQFL")
    sequenced = in_set(data["adsl"], "SEQFL")["USUBJID"]
    adgn = data["adgn"]
    variants = adgn[adgn["PROFNUM"].eq(1) & adgn["USUBJID"].isin(sequenced)]
    per_patient = variants.groupby("USUBJID").size().reindex(sequenced).fillna(0.0)
    rows.count(Cell("patients"), sequenced)
    cell, who = Cell("number", parameter="Variants"), per_patient.index.to_series()
    add_summary(rows, cell, per_patient, unit="variants", patients=who)
    none = per_patient.index[per_patient.eq(0)]
    add_share(rows, Cell("number", parameter="No variant reported"), none, sequenced)
    for kind in ALTERATION_TYPE:
        who = variants.loc[variants["ALTTYPE"].eq(kind), "USUBJID"]
        add_share(rows, Cell("kind", parameter=kind), who, sequenced)
    for gene in genes_by_frequency(variants):
        mine = variants[variants["GENE"].eq(gene)]
        cell = Cell("gene", parameter=gene, category="any")
        add_share(rows, cell, mine["USUBJID"], sequenced)
        for kind, of_kind in mine.groupby("ALTTYPE", sort=True):  # type: ignore[assignment]
            rows.count(Cell("gene", parameter=gene, category=kind), of_kind["USUBJID"])
    _biomarkers(rows, first_profile_biomarkers(data, rules), sequenced)
    return rows


def _biomarkers(rows: EstimateRows, markers: pd.DataFrame, sequenced: pd.Series) -> None:
    burden = Cell("biomarker", parameter="TMB, mutations/Mb")
    who = markers.index.to_series()
    add_summary(rows, burden, markers["TMB"], unit="mutations/Mb", patients=who)
    for column, label, values in (
        ("TMBHIGH", "TMB", ("high", "low")),
        ("MSI", "MSI", [v for v in reversed(MSI_STATUS) if v != "unknown"]),
        ("HRD", "HRD", [v for v in HRD_STATUS if v != "unknown"]),
    ):
        for value in (*values, NOT_MEASURED):
            who = markers.index[markers[column].eq(value)]  # type: ignore[assignment]
            cell = Cell("biomarker", parameter=label, category=value)
            add_share(rows, cell, who, sequenced)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        genes_table(rows, rules, "Genes"),
        biomarkers_table(rows, rules, "Biomarkers"),
    )


def genes_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Patients by gene and kind of alteration."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = estimates.frame
    kinds = list(pd.unique(frame.loc[frame["analysis_id"].eq("kind"), "parameter"]))

    def of_kind(gene, kind):
        place: dict[str, Any] = {"parameter": gene, "category": kind}
        known = estimates.has("n", "gene", **place)
        return count(estimates.get("n", "gene", **place)) if known else "0"

    everyone = count(estimates.get("n", "patients"))
    any_kind = tuple(count(estimates.get("n", "kind", parameter=kind)) for kind in kinds)
    without = share_cell(estimates, decimals, "number", parameter="No variant reported")
    variants = quartiles_cell(estimates, 0, "number", parameter="Variants")
    blank = ("",) * len(kinds)
    body = [
        Row("Variants per patient, median (Q1–Q3)", (variants, *blank)),
        Row("No variant reported", (without, *blank)),
        Row("Any gene", ("", *any_kind)),
        Row("Gene", heading=True),
    ]
    for gene in pd.unique(frame.loc[frame["analysis_id"].eq("gene"), "parameter"]):
        total = share_cell(estimates, decimals, "gene", parameter=gene, category="any")
        body.append(Row(gene, (total, *(of_kind(gene, kind) for kind in kinds)), indent=1))
    columns = (
        Column("Patients (%)", f"N = {everyone}"),
        *(Column(kind.upper() if kind == "snv" else kind.capitalize()) for kind in kinds),
    )
    notes = ("Patients, not variants: one with two kinds in a gene stands in both columns.",)
    return Table(rows.output_id, "", columns, tuple(body), notes, title=title)


def biomarkers_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """TMB, MSI and HRD of the sequenced."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    burden = "TMB, mutations/Mb"
    body = [
        Row("Tumour mutational burden", heading=True),
        Row(
            "Median, mutations/Mb (Q1–Q3)",
            (quartiles_cell(estimates, 1, "biomarker", parameter=burden),),
            indent=1,
        ),
    ]
    for parameter in ("TMB", "MSI", "HRD"):
        if parameter != "TMB":
            body.append(Row(parameter, heading=True))
        for category in estimates.categories("biomarker", parameter):
            place: dict[str, Any] = {"parameter": parameter, "category": category}
            label = category if category.startswith("MS") else category.capitalize()
            if parameter == "TMB" and category == "high":
                label = f"High, at or above {rules.molecular.tmb_high:g} mutations/Mb"
            cells = (share_cell(estimates, decimals, "biomarker", **place),)
            body.append(Row(label, cells, indent=1))
    columns = (Column("Patients (%)", f"N = {count(estimates.get('n', 'patients'))}"),)
    return Table(rows.output_id, "Biomarker", columns, tuple(body), title=title)
