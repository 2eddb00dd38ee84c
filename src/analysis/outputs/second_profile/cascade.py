"""T14.2.10.1: the cascade after failure of guided therapy, under each denominator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.datasets.adrs import progressions
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count, is_missing, rounded
from analysis.displays.shares import proportion_cells, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.treatment_failure import derive_treatment_failure
from analysis.estimates.rows import Cell, EstimateRows
from analysis.missing import NO_TEXT
from analysis.outputs.disposition.study_end import ends_of, study_end
from analysis.outputs.origin import of_one_origin
from analysis.outputs.second_profile.panels import (
    ACQUIRED,
    NOT_CALLED,
    add_of_comparable,
    alteration_changes,
    compared_panels,
    second_profile_after_failure,
)
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_proportion, add_share

OUTPUT = "T14.2.10.1"
NEEDS = ("sequencing", "mtb_reviews", "mtb_recommendations")
STAGES = (
    ("FAILED", "Failed or not tolerated"),
    ("SEQ2FL", "Second NGS, quality control passed"),
    ("MTB2FL", "Second profile discussed by MTB"),
    ("ACT2FL", "Intervenable variant in the second profile"),
    ("GUID2FL", "Therapy guided by the second profile"),
)
RESISTANT = "guided, resistance (main)"
FAILED = "guided, resistance or intolerance"
ANY_TARGETED = "targeted or guided, failed"
ENROLLED = "all enrolled"
SEQUENCED = "second NGS done"
DENOMINATORS = (RESISTANT, FAILED, ANY_TARGETED, ENROLLED, SEQUENCED)
ANALYSIS_SETS = {ANY_TARGETED: "TRTFL", ENROLLED: "ENRLFL"}


def failed_on_targeted(data: Datasets, rules: Rules) -> pd.Index:
    """Patients whose guided regimen or targeted drug failed, by the rule of TFAILFL.

    The denominator "all targeted failures, those not guided included" of D10: of the guided
    regimens those of TFAILFL itself, so that the two cannot differ.
    """
    adsl, adex = data["adsl"], data["adex"]
    others = adex["GUIDFL"].ne("Y") & adex["THERCLS"].eq("targeted")
    considered = adex.assign(GUIDFL=pd.Series("Y", adex.index, dtype=object).where(others, NO_TEXT))
    failed = derive_treatment_failure(considered, progressions(data["adrs"], rules), rules).index
    return failed.union(pd.Index(in_set(adsl, "TFAILFL")["USUBJID"]))


def denominators(data: Datasets, rules: Rules) -> dict[str, pd.Series]:
    """Patients in each denominator of D10."""
    adsl = data["adsl"]
    failed = in_set(adsl, "TFAILFL")
    targeted = failed_on_targeted(data, rules)
    return {
        RESISTANT: failed.loc[failed["TFAILRSN"].eq("resistance"), "USUBJID"],
        FAILED: failed["USUBJID"],
        ANY_TARGETED: adsl.loc[adsl["USUBJID"].isin(targeted), "USUBJID"],
        ENROLLED: adsl["USUBJID"],
        SEQUENCED: in_set(failed, "SEQ2FL")["USUBJID"],
    }


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.10.1: the cascade after failure of guided therapy, under each denominator.

    Patients counted in a stage are guided patients whose therapy failed (TFAILFL) and who reached
    it; "targeted or guided, failed" counts second profiles of patients on targeted drugs that were
    not guided as well.

    Returns
    -------
    EstimateRows
        Analysis = denominator, parameter = stage flag (n, N, estimate, limits). "without a second
        NGS" (exclusive, adding up to the failed without one), "specimen" (of second NGS: taken on
        or after the failure) and "acquired" (of the second NGS that can be compared with the first:
        a gene altered that was not).
    """
    adsl = data["adsl"]
    rows = EstimateRows(OUTPUT, "TFAILFL")
    populations = denominators(data, rules)
    failed = in_set(adsl, "TFAILFL")
    for label, population in populations.items():
        base = populations[ANY_TARGETED] if label == ANY_TARGETED else failed["USUBJID"]
        for flag, stage in STAGES:
            reached = base if flag == "FAILED" else in_set(adsl, flag)["USUBJID"]
            who = reached[reached.isin(base) & reached.isin(population)]
            cell = Cell(label, parameter=flag, category=stage)
            where = ANALYSIS_SETS.get(label)
            add_proportion(rows, cell, who, population, rules, analysis_set=where)
    _without(rows, failed)
    _second_tests(rows, data, in_set(failed, "SEQ2FL"), rules)
    return rows


def _without(rows: EstimateRows, failed: pd.DataFrame) -> None:
    """Why there is no second profile after failure, exclusively."""
    none = failed[failed["SEQ2FL"].ne("Y")]
    end = study_end(none)
    for label in ends_of(none):
        who = none.loc[end.eq(label), "USUBJID"]
        add_share(rows, Cell("without a second NGS", category=label), who, none["USUBJID"])


def _second_tests(
    rows: EstimateRows, data: Datasets, sequenced: pd.DataFrame, rules: Rules
) -> None:
    """Second profiles after failure: of which specimen, and whether a gene is newly altered."""
    after = second_profile_after_failure(data)
    who = sequenced.loc[sequenced["USUBJID"].isin(after), "USUBJID"]
    add_share(rows, Cell("specimen", category="on or after the failure"), who, sequenced["USUBJID"])
    changes = alteration_changes(data, rules)
    new = changes.loc[changes["CHANGE"].eq(ACQUIRED), "USUBJID"]
    kinds = compared_panels(data, rules)
    can = kinds.index[kinds.ne(NOT_CALLED)]
    base = sequenced.loc[sequenced["USUBJID"].isin(can), "USUBJID"]
    cell = Cell("acquired", category="a gene newly altered, of profiles that can be compared")
    add_of_comparable(rows, cell, base[base.isin(new)], base, rules)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        cascade_table(rows, rules, "Cascade by denominator"),
        after_failure_table(rows, rules, "After failure"),
    )


_HEADS = {
    RESISTANT: "Resistance to guided therapy (main)",
    FAILED: "Resistance or intolerance",
    ANY_TARGETED: "Any targeted therapy failed",
    ENROLLED: "All enrolled",
    SEQUENCED: "Second NGS done",
}


def cascade_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Each stage over each denominator of D10, with its interval below."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for flag, stage in STAGES:
        pairs = []
        for label in DENOMINATORS:
            certain = (flag == "FAILED" and label != ENROLLED) or (flag, label) == (
                "SEQ2FL",
                SEQUENCED,
            )
            if certain:  # the denominator itself
                pairs.append((DASH, ""))
                continue
            place: dict[str, Any] = {"parameter": flag, "category": stage}
            pairs.append(proportion_cells(estimates, decimals, label, **place))
        main = flag == "GUID2FL"
        body.append(Row(stage, tuple(cell for cell, _ in pairs), strong=main))
        body.append(Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=1))
    columns = tuple(
        Column(
            _HEADS[label],
            f"N = {count(estimates.get('N', label, parameter='FAILED', category=STAGES[0][1]))}",
        )
        for label in DENOMINATORS
    )
    notes = (
        "Counted: patients whose guided therapy failed and who reached the stage. Any targeted "
        "therapy failed: guided or not, by the same rule of failure, with their second profiles.",
    )
    return Table(rows.output_id, "n/N (%)", columns, tuple(body), notes, title=title)


def after_failure_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Why there is no second profile, and what the second profiles are."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for analysis, label in (
        ("without a second NGS", "Failed, no second NGS"),
        ("specimen", "Second NGS done: specimen collected"),
        ("acquired", "Second NGS done: finding"),
    ):
        body.append(Row(label, heading=True))
        for category in estimates.categories(analysis, ""):
            size = count(estimates.get("N", analysis, category=category))
            cells = (size, _share_or_none(estimates, decimals, analysis, category))
            body.append(Row(category[0].upper() + category[1:], cells, indent=1))
    columns = (Column("N"), Column("n (%)"))
    return Table(
        rows.output_id, "After failure of guided therapy", columns, tuple(body), title=title
    )


def _share_or_none(estimates: Numbers, decimals: int, analysis: str, category: str) -> str:
    """``n (p)``; NE where nobody can be counted at all."""
    n = estimates.get("n", analysis, category=category)
    if is_missing(n):
        return rounded(n, 0)
    return share_cell(estimates, decimals, analysis, category=category)
