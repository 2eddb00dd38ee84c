"""L16.2.6.5: every form of the PRO set raw and scored, and the forms that did not come.

Every patient-visit has one state (completed, missing, off study, dead, not due), and at each visit
the states add up to the patients of the column. Scores are described while alive; new anticancer
therapy is ignored (treatment policy). No test, no imputation.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.displays.numbers import rounded
from analysis.displays.table import Table
from analysis.endpoints.promis29_scores import DOMAINS, LABELS, PARAMETERS, SUMMARIES
from analysis.endpoints.questionnaire_state import NOT_DUE
from analysis.estimates.rows import Listing
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.labels import STATE_LABELS
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS, in_set

OUTPUT = "L16.2.6.5"
NEEDS = ("promis29",)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.6.5: every form of the PRO set raw and scored, and the forms that did not come.

    Returns
    -------
    Listing
        One row per form, and per visit due without one, by patient and visit: USUBJID, GROUP,
        AVISIT, ADT, ADY, STATE (missing for a form that stands for no visit), SOURCE, and for each
        parameter its value and, named ``<PARAMCD>RAW``, the raw sum, ``<PARAMCD>STANDS`` whether
        the form gives this score of the visit.
    """
    adsl = in_set(data["adsl"], "PROFL").set_index("USUBJID")
    adqs = data["adqs"]
    mine = adqs[adqs["PARAMCD"].isin(PARAMETERS) & adqs["USUBJID"].isin(adsl.index)]
    mine = mine[mine["ADT"].notna() | mine["STATE"].ne(NOT_DUE)]
    # a form that stands for its visit with some of its scores is a form of that visit
    mine = mine.assign(FREE=mine["STATE"].isna())
    ordered = mine.sort_values(["FREE", "USUBJID", "AVISITN", "ADT"], kind="stable")
    there = ordered["SRCROW"].notna()
    forms = ordered[there].drop_duplicates(["USUBJID", "SRCROW"])
    visits = _visits_without_a_form(ordered)
    first = pd.concat([forms, visits]).sort_values(["USUBJID", "AVISITN", "ADT"], kind="stable")
    source = first["SRCFILE"] + ":" + first["SRCROW"].astype("string")
    listing = first[["USUBJID", "AVISIT", "ADT", "ADY", "STATE"]].assign(
        GROUP=first["USUBJID"].map(adsl["TRTGRP1"]).map(GROUP_LABELS), SOURCE=source.astype(object)
    )
    form = pd.MultiIndex.from_frame(first[["USUBJID", "SRCROW"]])
    for paramcd in PARAMETERS:
        own = ordered[there & ordered["PARAMCD"].eq(paramcd)].set_index(["USUBJID", "SRCROW"])
        own = own[["AVAL", "RAWSUM", "FREE"]].reindex(form).set_axis(first.index)
        listing[paramcd], listing[f"{paramcd}RAW"] = own["AVAL"], own["RAWSUM"]
        listing[f"{paramcd}STANDS"] = own["FREE"].eq(False)
    return Listing(OUTPUT, listing.reset_index(drop=True))


def _visits_without_a_form(planned: pd.DataFrame) -> pd.DataFrame:
    """One row of each planned visit at which no form stands for any parameter."""
    rows = planned[planned["STATE"].notna()]
    none = rows["SRCROW"].isna().groupby([rows["USUBJID"], rows["AVISIT"]]).transform("all")
    return rows[none].drop_duplicates(["USUBJID", "AVISIT"])


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (score_table(rows.frame),)


def score_table(listing: pd.DataFrame) -> Table:
    """L16.2.6.5: raw sum and score of each form, in brackets if another one gives it."""
    of_a_visit = listing["STATE"].notna()

    def cell(paramcd: str, raw: int, value: float, elsewhere: bool) -> str:
        if pd.isna(value):
            return ""
        text = rounded(value, 1 if paramcd in DOMAINS or paramcd in SUMMARIES else 0)
        text = f"{raw}: {text}" if paramcd in DOMAINS else text
        return f"({text})" if elsewhere else text

    def cells(paramcd: str) -> pd.Series:
        elsewhere = of_a_visit & ~listing[f"{paramcd}STANDS"]
        pairs = zip(listing[f"{paramcd}RAW"], listing[paramcd], elsewhere, strict=True)
        return pd.Series([cell(paramcd, *pair) for pair in pairs], listing.index, dtype=object)

    shown = listing.assign(**{paramcd: cells(paramcd) for paramcd in PARAMETERS})
    shown["STATE"] = listing["STATE"].map(STATE_LABELS)
    heads = {paramcd: LABELS[paramcd] for paramcd in PARAMETERS}
    labels = {
        "USUBJID": "Patient",
        "GROUP": "Group",
        "AVISIT": "Visit",
        "ADT": "Form",
        "ADY": "Day",
        "STATE": "State",
        **heads,
        "SOURCE": "Raw row",
    }
    return listing_table(OUTPUT, shown, labels)
