"""T14.1.6: given, pending, and the exclusive primary reasons of the others.

T14.1.6: every patient with a guided therapy recommended at the first profile stands in one row:
given, on the drug already at the review, pending, or the primary reason. Pending: the patient's
study goes on at the cut, and at least one recommendation has neither been declined nor has a reason
that kept the therapy from starting. Else the reason is the first, in the order of
`rules.molecular.reason_order`, of those recorded for any of the patient's recommendations; where
none is recorded, the end of the patient's study says it (`rules.molecular.reason_if_unrecorded`),
else it is unknown.
"""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.disposition.recommendation_uptake import (
    CONTINUED,
    GIVEN,
    INFERRED,
    NEITHER,
    PENDING,
    RECORDED,
    in_words,
    not_given,
)
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.1.6"
NEEDS = ("mtb_reviews", "mtb_recommendations", "mtb_decisions", "treatments")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.6: given, pending, and the exclusive primary reasons of the others.

    Returns
    -------
    EstimateRows
        Analysis "of recommended" (n, N, pct: given, already running at the review, pending, each
        reason, adding up to the patients with guided therapy recommended), "of not given" (reasons
        over the final ones), "known" (how the reason is known) and "later" (guided all the same, by
        another recommendation).
    """
    fate = not_given(data, rules)
    rows = EstimateRows(OUTPUT, "RECTGFL")
    final = fate[~fate["FATE"].isin([GIVEN, CONTINUED, PENDING])]
    rows.count(Cell("patients"), fate["USUBJID"])
    for category in (GIVEN, CONTINUED, PENDING):
        who = fate.loc[fate["FATE"].eq(category), "USUBJID"]
        add_share(rows, Cell("of recommended", category=category), who, fate["USUBJID"])
    for reason in rules.molecular.reason_order:
        who = final.loc[final["FATE"].eq(reason), "USUBJID"]
        add_share(rows, Cell("of recommended", category=reason), who, fate["USUBJID"])
        add_share(rows, Cell("of not given", category=reason), who, final["USUBJID"])
    for source in (RECORDED, INFERRED, NEITHER):
        who = final.loc[final["FROM"].eq(source), "USUBJID"]
        add_share(rows, Cell("known", category=source), who, final["USUBJID"])
    rows.count(Cell("later"), fate.loc[fate["LATER"].eq("Y"), "USUBJID"])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (reasons_table(rows, rules),)


def reasons_table(rows: EstimateRows, rules: Rules) -> Table:
    """Given, pending, and one primary reason for each of the others."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals

    def line(label, category, **look):
        n = count(estimates.get("n", "of recommended", category=category))
        share = rounded(estimates.get("pct", "of recommended", category=category), decimals)
        known = estimates.has("pct", "of not given", category=category)
        of_final = DASH
        if known:
            of_final = rounded(estimates.get("pct", "of not given", category=category), decimals)
        return Row(label, (n, share, of_final), **look)

    everyone = count(estimates.get("n", "patients"))
    final = count(estimates.get("N", "known", category=RECORDED))
    body = [
        Row("Guided therapy recommended", (everyone, "100.0", DASH), strong=True),
        line("Given", GIVEN),
        line(in_words(CONTINUED), CONTINUED),
        line("Pending at the cut", PENDING),
        Row(f"Not given, final ({final}): primary reason", heading=True),
    ]
    for reason in rules.molecular.reason_order:
        body.append(line(in_words(reason), reason, indent=1))
    body.append(Row("How the reason is known", heading=True))
    for source, label in (
        (RECORDED, "Recorded with the decision"),
        (INFERRED, "From the end of the patient's study"),
        (NEITHER, "Neither"),
    ):
        n = count(estimates.get("n", "known", category=source))
        share = rounded(estimates.get("pct", "known", category=source), decimals)
        body.append(Row(label, (n, DASH, share), indent=1))
    later = count(estimates.get("n", "later"))
    columns = (Column("n"), Column("% of recommended"), Column("% of not given"))
    notes = (
        "Each patient stands once. Order of the reasons where several are recorded: as listed.",
        f"Not given as recommended at the first profile, but guided otherwise later: {later}.",
    )
    return Table(rows.output_id, "", columns, tuple(body), notes)
