"""Drugs written otherwise than the name they are compared with.

Therapy is guided, and new anticancer therapy, by the names of drugs. They are matched only where
they are the same (`DrugNames`); what a person reads as the same and the program does not is a
warning that names both, never a match in silence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import pandas as pd

from analysis.endpoints.systemic_treatment import DrugNames
from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.likeness import alike, holds, plain, skeleton, unusual, words
from analysis.validation.study import Study, UnavailableError
from schemas.names import OtherName, drug_names

DRUG_NAMES = Family("drug")
# What people put between two drugs; `and` and its like only as words of their own.
_BETWEEN = re.compile(r"[+/,;&|\n]|(?<!\w)(?:and|plus|with)(?!\w)")
_GENERIC = "generic name"
_TRADE = "trade name"


@functools.cache
def _known() -> dict[str, OtherName]:
    """Names of the reference by their skeleton, generic names too."""
    known = {}
    for entry in drug_names():
        for generic in entry.of.split("+"):
            for name in (generic, *generic.split("/")):
                known[skeleton(name)] = OtherName(name, generic, _GENERIC)
    return known | {skeleton(entry.name): entry for entry in drug_names()}


def _generics(name: str) -> frozenset[str]:
    """Skeletons of the generic drugs that a name of the reference stands for; empty if unknown."""
    known = _known().get(skeleton(name))
    if known is None:
        return frozenset()
    several = known.of.split("+")
    if known.kind == _GENERIC:
        several = [known.name]
    return frozenset(skeleton(part) for entry in several for part in (entry, *entry.split("/")))


@functools.lru_cache(maxsize=10_000)
def _pieces(cell: str) -> tuple[str, ...]:
    """What stands between the signs and words that people put between drugs."""
    return tuple(piece.strip() for piece in _BETWEEN.split(plain(cell)) if piece.strip())


def _spelt_alike(piece: str, drug: str) -> bool:
    """Whether a piece holds a name that is nearly the drug's, or nearly another name of it."""
    known = _generics(drug)
    names = {drug, *(entry.name for entry in drug_names() if skeleton(entry.of) in known)}
    if any(holds(words(piece), words(name)) for name in names):
        return True
    # a drug that the reference lacks may have been recommended in more words than it was given
    return not known and holds(words(drug), words(piece))


def _all_words_of(drug: str, given: str) -> bool:
    """Whether every word of a drug of several words is in the cell, in whatever order."""
    wanted, there = words(drug), words(given)
    return len(wanted) > 1 and all(any(alike(one, word) for one in there) for word in wanted)


@functools.lru_cache(maxsize=100_000)
def likeness(given: str, drug: str) -> str:
    """Why a person may read a drug in a cell that does not hold it; empty where nobody would.

    Two generic names of the reference are two drugs, however alike their letters.

    Parameters
    ----------
    given : str
        Cell with one drug or several.
    drug : str
        One drug that the cell does not hold by its text.
    """
    wanted = _generics(drug)
    for piece in _pieces(given):
        found = _generics(piece)
        if found & wanted or (not (found and wanted) and _spelt_alike(piece, drug)):
            return _difference(given, piece, drug)
    return _difference(given, given, drug) if _all_words_of(drug, given) else ""


def _difference(given: str, piece: str, drug: str) -> str:
    """What makes the two different: another name, what joins the drugs, or how they are spelt."""
    if _generics(piece) & _generics(drug):
        for name in (piece, drug):
            known = _known()[skeleton(name)]
            if known.kind != _GENERIC:
                return f"{known.name} is a {known.kind} of {known.of}"
    if odd := unusual(given + drug):
        return f"they are not written alike: {odd}"
    joined = _BETWEEN.search(plain(given + " " + drug).replace("+", " "))
    return "drugs are joined by + only" if joined else "they are not spelt alike"


def _near(rows: pd.DataFrame, names: DrugNames) -> pd.DataFrame:
    """Keep the rows whose `drug` is near to a drug of `other` that it does not hold, with `why`."""
    why = []
    for given, other in zip(rows["drug"], rows["other"], strict=True):
        held = names.of(given)
        missing = [part.strip() for part in names.parts(other) if not names.of(part) <= held]
        why.append(next(filter(None, (likeness(given, drug) for drug in missing)), ""))
    words = pd.Series(why, index=rows.index, dtype=object)
    return pick(rows, words.ne(""), why=words)


def _readable(study: Study, table: str, *columns: str) -> pd.DataFrame:
    """Rows of a table in which these columns are filled and the drug can be read, in order."""
    rows = study.table(table, *columns).dropna(subset=list(columns))
    rows = rows[study.readable(table, "drug")[rows.index]]
    return rows.sort_values("line", kind="stable")


def _beside_recommended(study: Study) -> pd.DataFrame:
    """Regimens beside the recommendations of their patients, where a drug is nearly the same."""
    regimens = _readable(study, "treatments", "patient_id", "drug")
    advice = _readable(study, "mtb_recommendations", "patient_id", "drug")
    advice = advice.drop_duplicates(["patient_id", "drug"]).rename(columns={"drug": "other"})
    shown = ["patient_id", "recommendation_id", "other"]
    advice = advice[[name for name in shown if name in advice]]
    pairs = regimens.merge(advice, on="patient_id")
    return _near(pairs, DrugNames(study.rules.guided.equivalent_drugs))


@DRUG_NAMES.rule(
    "near_recommended",
    WARNING,
    "treatments",
    "A drug that was recommended to the patient is written as it was recommended.",
)
def near_recommended(study: Study) -> Iterator[Found]:
    """Regimens that a person would read as a recommended drug: they are not guided by it."""
    rows = study.once(("near", "recommended"), lambda: _beside_recommended(study))
    message = (
        "'{drug}' is not taken for '{other}' of recommendation {recommendation_id}: {why}. If they "
        "are one, write them alike or declare both in rules.guided.equivalent_drugs."
    )
    yield Found("treatments", rows, "drug", message)


@DRUG_NAMES.rule(
    "near_earlier",
    WARNING,
    "treatments",
    "A drug that is given again is written as it was.",
)
def near_earlier(study: Study) -> Iterator[Found]:
    """Regimens that a person would read as an earlier one: they count as new anticancer therapy."""
    rows = _readable(study, "treatments", "patient_id", "drug", "start_date", "therapy_class")
    rows = rows[rows["therapy_class"].isin(study.rules.treatment.systemic_classes)]
    names = {"drug": "other", "start_date": "before", "regimen_id": "earlier"}
    earlier = rows.rename(columns=names)
    kept = ["patient_id", *names.values()]
    pairs = rows.merge(earlier[[name for name in kept if name in earlier]], on="patient_id")
    pairs = pairs[pairs["before"] < pairs["start_date"]]
    pairs = pairs.sort_values(["line", "before"], kind="stable").drop_duplicates(["line", "other"])
    found = _near(pairs, DrugNames(study.rules.guided.equivalent_drugs))
    message = (
        "'{drug}' is not taken for '{other}' of regimen {earlier}: {why}. It may count as new "
        "anticancer therapy; if they are one, write them alike or declare both in "
        "rules.guided.equivalent_drugs."
    )
    yield Found("treatments", found, "drug", message)


@DRUG_NAMES.rule(
    "trade_name", WARNING, "*", "A drug is recommended and given under its generic name."
)
def trade_name(study: Study) -> Iterator[Found]:
    """Trade names, unless declared equal or found beside what was recommended already."""
    names = DrugNames(study.rules.guided.equivalent_drugs)
    message = "{trade} is a trade name of {generic}; drugs are compared by their names as written."
    for table in ("mtb_recommendations", "treatments"):
        if not study.has(table, "drug"):
            continue
        rows = _readable(study, table, "drug")
        if table == "treatments":
            rows = rows[~rows["line"].isin(_lines_near_recommended(study))]
        brands = pd.Series([_brand(cell, names) for cell in rows["drug"]], rows.index, dtype=object)
        rows = pick(rows, brands.notna())
        trade, generic = (
            [getattr(entry, of) for entry in brands if entry] for of in ("name", "of")
        )
        rows = rows.assign(trade=trade, generic=generic)
        yield Found(table, rows, "drug", message)


def _lines_near_recommended(study: Study) -> pd.Series:
    """Lines of regimens that have a finding as near to a recommended drug."""
    try:
        return study.once(("near", "recommended"), lambda: _beside_recommended(study))["line"]
    except UnavailableError:
        return pd.Series(dtype="Int64")


def _brand(cell: str, names: DrugNames) -> OtherName | None:
    """First trade name in a cell that the plan does not declare equal to its generic name."""
    for piece in _pieces(cell):
        known = _known().get(skeleton(piece))
        if known and known.kind == _TRADE and names.of(piece) != names.of(known.of):
            return known
    return None
