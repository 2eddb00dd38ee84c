"""CTCAE v5.0 as a table: terms, their classes, the grades each has.

Source: Common Terminology Criteria for Adverse Events v5.0 (NCI, 2017), `schemas/reference`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from schemas import terminology

_FILE = Path(terminology.__file__).parent / "reference" / "ctcae_v5.csv"
GRADES = (1, 2, 3, 4, 5)
OTHER = "Other, specify"


@cache
def ctcae() -> pd.DataFrame:
    """CTCAE v5.0: by term its class, and per grade whether the term has it."""
    rows = pd.read_csv(_FILE, dtype=str, keep_default_na=False).set_index("term")
    has = rows[[f"grade{grade}" for grade in GRADES]].eq("Y")  # type: ignore[arg-type]
    has.columns = list(GRADES)
    grades = has.apply(lambda row: ", ".join(str(grade) for grade in GRADES if row[grade]), axis=1)
    return has.assign(soc=rows["soc"], grades=grades)


@cache
def _by_letters() -> dict[str, str]:
    return {term.casefold(): term for term in ctcae().index}


def ctcae_term(text: str) -> str | None:
    """Return the term as CTCAE writes it, whatever its capitals; None where it has no such."""
    return _by_letters().get(text.casefold())


def ctcae_terms_of(terms: pd.Series, crosswalk: dict[str, str]) -> pd.Series:
    """CTCAE term of each term as coded: its own, or by the crosswalk; missing where neither."""
    distinct = terms.dropna().unique()
    of = {
        term: ctcae_term(crosswalk.get(term.casefold(), crosswalk.get(term, term)))
        for term in distinct
    }
    return terms.map(of).astype(object)


def printed_terms(terms: pd.Series, verbatim: pd.Series) -> pd.Series:
    """Terms for tables: under "Other, specify" with what was reported, so that two stay two."""
    unspecific = terms.str.endswith(OTHER).fillna(False).astype(bool)
    if not unspecific.any():
        return terms
    said = verbatim.where(verbatim.notna(), "not recorded").str.split().str.join(" ")
    return terms.mask(unspecific, terms + ": " + said)
