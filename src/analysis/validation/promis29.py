"""PROMIS-29 forms: empty ones, and forms exported in the printed order of the answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study
from schemas.terminology import PROMIS29_ITEMS

PROMIS29 = Family("promis29")
ITEMS = tuple(PROMIS29_ITEMS)
# Fewer forms than this say nothing about a correlation; nor does one this near to 0.
FEWEST_FORMS = 20
SURELY = 0.1
# In printed order these two turn against the rest of their domain; all four items of physical
# function and of social roles turn together, so they are held against another domain.
SLEEP_TURNED, SLEEP_REST = ("sleep109", "sleep116"), ("sleep20", "sleep44")
AGAINST = (("physical_function", "pain_interference"), ("social_roles", "fatigue"))


@PROMIS29.rule("empty_form", WARNING, "promis29", "A form has at least one answer.")
def empty_form(study: Study) -> Iterator[Found]:
    """Forms without any answer: the form is missing, not completed."""
    rows = study.table("promis29", "patient_id", "completion_date", *ITEMS)
    empty = rows[list(ITEMS)].isna().all(axis=1)
    message = "No item is answered; delete the row or enter the answers."
    yield Found("promis29", pick(rows, empty), "completion_date", message)


@PROMIS29.rule(
    "printed_order",
    WARNING,
    "promis29",
    "Items are in scored direction: correlations within and between domains have their sign.",
)
def printed_order(study: Study) -> Iterator[Found]:
    """Correlations of the wrong sign; a finding about the whole file."""
    rows = study.table("promis29", *ITEMS)
    if rows.empty:
        return
    scored = _scored(rows, study.rules.promis29.item_coding)
    sleep = _correlation(scored, SLEEP_TURNED, SLEEP_REST)
    pairs = [(SLEEP_TURNED[0], "other sleep items", sleep, 1)]
    for domain, other in AGAINST:
        found = _correlation(scored, _items(domain), _items(other))
        pairs.append((_items(domain)[0], other.replace("_", " "), found, -1))
    for item, other, correlation, sign in pairs:
        if correlation * sign < -SURELY:
            whole_file = {"line": pd.NA, "patient_id": "", "n": len(rows)}
            found = pd.DataFrame([{**whole_file, "correlation": correlation}])
            message = (
                f"{item} and the {other} correlate with the wrong sign ({{correlation}} over {{n}} "
                "forms): exported in printed order? See rules.promis29.item_coding."
            )
            yield Found("promis29", found, item, message, value="correlation")


def _items(domain: str) -> tuple[str, ...]:
    return tuple(item for item, of in PROMIS29_ITEMS.items() if of == domain)


def _scored(rows: pd.DataFrame, item_coding: str) -> pd.DataFrame:
    """Items in scored direction, turned where the extract is declared to be in printed order."""
    items = rows[list(ITEMS)].astype("float64")
    if item_coding == "printed":
        turned = [*SLEEP_TURNED, *_items("physical_function"), *_items("social_roles")]
        items[turned] = 6 - items[turned]
    return items


def _correlation(items: pd.DataFrame, left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Correlation of the sums of two sets of items; 0 where there is too little to tell."""
    sums = np.column_stack(
        [items[list(left)].sum(axis=1, skipna=False), items[list(right)].sum(axis=1, skipna=False)]
    )
    sums = sums[~np.isnan(sums).any(axis=1)]
    if len(sums) < FEWEST_FORMS or (sums.std(axis=0) == 0).any():
        return 0.0
    return round(float(np.corrcoef(sums.T)[0, 1]), 2)
