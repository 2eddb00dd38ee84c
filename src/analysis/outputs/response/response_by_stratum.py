"""T14.2.1.4: response rate of each stratum, Clopper-Pearson.

Guided patients of the response set, response counted from the first guided dose (CBORG, SAP D9).
Strata of fewer than `rules.estimation.min_stratum` patients are listed without a percentage.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.evidence_level import evidence_rank
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_proportion
from analysis.wording import counted

OUTPUT = "T14.2.1.4"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")
EVERYBODY = "All guided"
NOT_ESCAT = "not graded by ESCAT"
NOT_ASSIGNED = "ESCAT, level not assigned"
BIOMARKER = "biomarker"


def guided_strata(data: Datasets, rules: Rules) -> pd.DataFrame:
    """Guided patients of the response set and the stratum of each in every grouping.

    Gene and evidence are those of the recommendation behind the first guided regimen.

    Returns
    -------
    DataFrame
        USUBJID, RESP (bool) and a column per grouping (its heading).
    """
    adsl, adex, admb, adrs = (data[name] for name in ("adsl", "adex", "admb", "adrs"))
    patients = in_set(in_set(adsl, "RSPEVLFL"), "GUIDFL")
    guided = adex[adex["GUIDFL"].eq("Y")].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    regimen = guided.drop_duplicates("USUBJID").set_index("USUBJID")
    behind = admb.assign(place=evidence_rank(admb, rules)).drop_duplicates("RECID")
    behind = behind.set_index("RECID").reindex(patients["USUBJID"].map(regimen["RECID"]))
    escat = behind["EVSYS"].eq("ESCAT").to_numpy()
    known = behind["place"].notna().to_numpy()
    tier = "ESCAT " + behind["EVLVL"].astype("string").str.split("-").str[0]
    best = adrs[adrs["PARAMCD"].eq("CBORG")].set_index("USUBJID")["AVALC"]
    first = patients["TRTGRP1"].eq("TG").map({True: "first regimen", False: "after bridging"})
    strata = {
        "Tumour group": patients["TUMGRP"],
        "Evidence tier": tier.where(known, NOT_ASSIGNED).where(escat, NOT_ESCAT),
        "Gene": behind["GENE"].fillna(behind["BIOMARK"]).fillna(BIOMARKER),
        "Class of therapy": patients["USUBJID"].map(regimen["THERCLS"]),
        "Prior lines": patients["NPRIORL"].astype("string"),
        "Place of guided therapy": first,
    }
    frame = pd.DataFrame({name: values.to_numpy(object) for name, values in strata.items()})
    frame.insert(0, "USUBJID", patients["USUBJID"].to_numpy(object))
    frame.insert(1, "RESP", frame["USUBJID"].map(best).isin(["CR", "PR"]))
    return frame


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.1.4: response rate of each stratum, Clopper-Pearson.

    Returns
    -------
    EstimateRows
        Analysis "response": parameter = grouping, category = stratum; n, N, estimate, limits; of a
        stratum under the size of the plan n and N only.
    """
    frame = guided_strata(data, rules)
    rows = EstimateRows(OUTPUT, "RSPEVLFL and GUIDFL")
    cell = Cell("response", parameter=EVERYBODY)
    responders = frame.loc[frame["RESP"], "USUBJID"]
    add_proportion(rows, cell, responders, frame["USUBJID"], rules)
    for name in frame.columns[2:]:
        sizes = frame[name].value_counts()
        ordered = sorted(sizes.index, key=lambda value: (-sizes[value], value))
        if name in ("Evidence tier", "Prior lines"):
            ordered = sorted(sizes.index)
        for value in ordered:
            mine = frame[frame[name].eq(value)]
            place = Cell("response", parameter=name, category=str(value))
            hits = mine.loc[mine["RESP"], "USUBJID"]
            if len(mine) >= rules.estimation.min_stratum:
                add_proportion(rows, place, hits, mine["USUBJID"], rules)
            else:
                rows.count(place, hits)
                rows.add(place, "N", len(mine), unit="patients", n_subjects=len(mine))
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (stratum_table(rows, rules),)


def stratum_table(rows: EstimateRows, rules: Rules) -> Table:
    """Response of each stratum; small ones without a percentage."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [
        Row(
            EVERYBODY,
            proportion_cells(estimates, decimals, "response", parameter=EVERYBODY),
            strong=True,
        )
    ]
    for parameter in pd.unique(estimates.frame["parameter"]):
        if parameter == EVERYBODY:
            continue
        body.append(Row(parameter, heading=True))
        for category in estimates.categories("response", parameter):
            place: dict[str, Any] = {"parameter": parameter, "category": category}
            cells: tuple[str, str]
            if estimates.has("estimate", "response", **place):
                cells = proportion_cells(estimates, decimals, "response", **place)
            else:
                n, size = (estimates.get(stat, "response", **place) for stat in ("n", "N"))
                cells = (f"{count(n)}/{count(size)}", DASH)
            label = category.replace("_", " ")
            body.append(Row(label[:1].upper() + label[1:], cells, indent=1))
    notes = (
        f"Strata of fewer than {counted(rules.estimation.min_stratum, 'patient')}: listed, "
        "no percentage.",
        "Strata overlap between groupings and are not compared; no test.",
    )
    columns = (Column("Responders, n/N (%)"), Column(f"{confidence(rules)} CI"))
    return Table(rows.output_id, "Stratum", columns, tuple(body), notes)
