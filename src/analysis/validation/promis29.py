"""PROMIS-29 forms: empty ones, and items exported in the printed order of the answers.

In scored direction the items of a domain rise together, and the two domains in which higher is
better fall as the symptoms rise. An export in printed order has some items the other way round:
two of sleep disturbance, which then run against the other two, and all of physical function and of
social roles, which then rise with the symptoms. One site may export differently from the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study
from analysis.wording import counted
from schemas.promis29 import turned_items
from schemas.terminology import PROMIS29_ITEMS

PROMIS29 = Family("promis29")
ITEMS = tuple(PROMIS29_ITEMS)
DOMAINS = {
    domain: [item for item, of in PROMIS29_ITEMS.items() if of == domain]
    for domain in dict.fromkeys(PROMIS29_ITEMS.values())
    if domain != "pain_intensity"
}
BETTER_IS_HIGHER = ("physical_function", "social_roles")
# Fewer forms than this say nothing about a correlation; nor does one this near to 0.
FEWEST_FORMS = 20
SURELY = 0.1
TINY = 1e-12
# Domains hang together less than the items of one: for those a correlation must also lie this many
# standard errors from 0. Forms of one patient are alike, most of all where there are few patients.
ERRORS_OF_FILE, ERRORS_OF_SITE = 3, 5


@PROMIS29.rule("empty_form", WARNING, "promis29", "A form has at least one answer.")
def empty_form(study: Study) -> Iterator[Found]:
    """Forms without any answer: the form is missing, not completed."""
    rows = study.table("promis29", "patient_id", "completion_date", *ITEMS)
    empty = rows[list(ITEMS)].isna().all(axis=1)
    message = "No item is answered; delete the row or enter the answers."
    yield Found("promis29", pick(rows, empty), "completion_date", message)


@dataclass(frozen=True)
class Turned:
    """Items of one domain that run the wrong way.

    Attributes
    ----------
    items : dict of str to float
        Correlation of each with the items of its domain that do not; where all do, of their sum
        with the symptoms.
    forms : int
        Forms over which they were correlated.
    """

    items: dict[str, float]
    forms: int

    def rest(self, domain: str) -> list[str]:
        """Items of the domain that do not."""
        return [item for item in DOMAINS[domain] if item not in self.items]


@PROMIS29.rule(
    "printed_order",
    WARNING,
    "promis29",
    "Items are in scored direction: correlations within and between domains have their sign, in "
    "the whole file and at each site.",
)
def printed_order(study: Study) -> Iterator[Found]:
    """Items of the wrong direction; findings about the whole file, or about a site's part of it."""
    rows = study.table("promis29", *ITEMS)
    coding = study.rules.promis29.item_coding
    scored = _scored(rows, coding)
    other = "scored direction" if coding == "printed" else "printed order"
    whole = turned_by_domain(scored, ERRORS_OF_FILE)
    hint = f"exported in {other}? See rules.promis29.item_coding."
    yield from _findings(whole, {}, "", hint)
    hint = f"exported in {other}? Ask the site; rules.promis29.item_coding is of the whole file."
    for site, mine in _sites(study, rows):
        found = turned_by_domain(scored[mine], ERRORS_OF_SITE)
        yield from _findings(found, whole, site, hint)


def _findings(
    found: dict[str, Turned], whole: dict[str, Turned], site: str, hint: str
) -> Iterator[Found]:
    """One finding per item, or one of a domain of which all items run the wrong way."""
    for domain, turned in found.items():
        words, rest = domain.replace("_", " "), turned.rest(domain)
        for item in _news(domain, turned, whole.get(domain)):
            said = f"All items of {words} rise with the symptoms"
            if rest:
                said = f"{item} of {words} runs against {_listed(rest)}"
            where = f"Site {site}: " if site else ""
            shows = f"{turned.items[item]:.2f}"
            message = (
                f"{where}{said} (correlation {shows} over {counted(turned.forms, 'form')}): {hint}"
            )
            value = f"{site}: {shows}" if site else shows
            row = pd.DataFrame([{"line": pd.NA, "patient_id": "", "shows": value}])
            yield Found("promis29", row, item, message, value="shows")


def _news(domain: str, turned: Turned, whole: Turned | None) -> list[str]:
    """Items to report of a site, or of the whole file: those that the whole file does not show."""
    items = list(turned.items)
    if whole and len(whole.items) < len(DOMAINS[domain]):
        # which half of a domain is wrong may look different at a site; the fact is the same
        items = [] if items == whole.rest(domain) else [at for at in items if at not in whole.items]
    elif whole and not turned.rest(domain):
        items = []
    return items if turned.rest(domain) else items[:1]


def _listed(items: list[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def _scored(rows: pd.DataFrame, item_coding: str) -> np.ndarray:
    """Items in scored direction, turned where the extract is declared to be in printed order."""
    items = rows[list(ITEMS)].to_numpy(dtype="float64", na_value=np.nan)
    if item_coding == "printed":
        at = [ITEMS.index(item) for item in turned_items()]
        items[:, at] = 6 - items[:, at]
    return items


def _sites(study: Study, rows: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Sites and their forms, if it is known whose forms they are."""
    if not (study.has("promis29", "patient_id") and study.has("patients", "patient_id", "site_id")):
        return
    sites = rows["patient_id"].map(study.looked_up("patients", "patient_id", "site_id"))
    for site, count in sites.value_counts().sort_index().items():
        if count >= FEWEST_FORMS:
            yield str(site), sites.eq(str(site)).to_numpy()


# --- correlations --------------------------------------------------------------------------------
def turned_by_domain(forms: np.ndarray, errors: float) -> dict[str, Turned]:
    """Items that run the wrong way, by domain.

    Parameters
    ----------
    forms : ndarray
        Forms x items, in scored direction, NaN where not answered.
    errors : float
        Standard errors from 0 at which the correlation of two domains has the wrong sign for sure.
    """
    found: dict[str, Turned] = {}
    answers = {
        domain: forms[:, [ITEMS.index(item) for item in of]] for domain, of in DOMAINS.items()
    }
    sums: dict[str, np.ndarray] = {}
    for domain, items in answers.items():
        against = _against_the_others(items, DOMAINS[domain])
        sums[domain] = np.where(against, 6 - items, items).sum(axis=1)
        if against.any():
            found[domain] = _turned(items, DOMAINS[domain], against)
    symptoms = sum(sums[domain] for domain in DOMAINS if domain not in BETTER_IS_HIGHER)
    for domain in BETTER_IS_HIGHER:
        correlation, n = _correlation(sums[domain], symptoms)  # type: ignore[arg-type]
        if n >= FEWEST_FORMS and correlation > max(SURELY, errors / np.sqrt(n)):
            # what was taken for right is what is wrong
            turned = found[domain].items if domain in found else {}
            against = np.array([item not in turned for item in DOMAINS[domain]])
            found[domain] = _turned(answers[domain], DOMAINS[domain], against)
            if against.all():
                found[domain] = Turned(dict.fromkeys(DOMAINS[domain], correlation), n)
    return found


def _turned(items: np.ndarray, names: list[str], against: np.ndarray) -> Turned:
    """Describe the items of one domain that run against the others."""
    rest = items[:, ~against].sum(axis=1)
    turned = {names[at]: _correlation(items[:, at], rest) for at in np.flatnonzero(against)}
    return Turned({name: r for name, (r, _) in turned.items()}, max(n for _, n in turned.values()))


def _against_the_others(items: np.ndarray, names: list[str]) -> np.ndarray:
    """Which of the items of one domain run against the others.

    Only if one correlates negatively with the sum of the others is any called so. Then the domain
    falls into two parts: the smaller is wrong; of two equal ones, that which printed order turns.
    """
    none = np.zeros(len(names), dtype=bool)
    complete = items[~np.isnan(items).any(axis=1)]
    if len(complete) < FEWEST_FORMS:
        return none
    centred = complete - complete.mean(axis=0)
    covariance = centred.T @ centred
    variance, with_all = np.diag(covariance), covariance.sum(axis=0)
    scale = np.sqrt((variance * (covariance.sum() - 2 * with_all + variance)).clip(min=0))
    # an item without any variation, or with such a rest, says nothing
    if not (with_all - variance < -SURELY * scale - TINY).any():
        return none
    printed = turned_items()
    correlation = covariance / np.sqrt(np.outer(variance, variance).clip(min=TINY))

    def fit(part: tuple[int, ...]) -> tuple[float, int]:
        sign = np.where(np.isin(range(len(names)), part), -1, 1)
        agreement = round(float(sign @ correlation @ sign), 6)
        return agreement, sum(names[at] in printed for at in part)

    parts = [part for size in (1, 2) for part in combinations(range(len(names)), size)]
    return np.isin(range(len(names)), max(parts, key=fit))


def _correlation(left: np.ndarray, right: np.ndarray) -> tuple[float, int]:
    """Correlation over the forms that have both, 0 where one is constant, and their number."""
    both = ~(np.isnan(left) | np.isnan(right))
    left, right = left[both], right[both]
    if len(left) < 2 or left.std() == 0 or right.std() == 0:
        return 0.0, len(left)
    return float(np.corrcoef(left, right)[0, 1]), len(left)
