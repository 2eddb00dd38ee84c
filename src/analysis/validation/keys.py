"""Keys are unique, and what a row refers to exists and belongs to the same patient."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.findings import ERROR
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study, UnavailableError
from schemas.raw import RAW_TABLES
from schemas.tables import RawTable, Reference

KEYS = Family("key")


def _referring() -> Iterator[tuple[RawTable, Reference]]:
    for table in RAW_TABLES.values():
        for reference in table.references:
            yield table, reference


@KEYS.rule("duplicate", ERROR, "*", "No two rows share the key of their table.")
def duplicate_key(study: Study) -> Iterator[Found]:
    """Second and later rows of a key."""
    for table in RAW_TABLES.values():
        if not study.has(table.name, *table.key):
            continue
        rows = study.table(table.name)
        if not rows.duplicated(list(table.key)).any():
            continue
        rows = rows.dropna(subset=list(table.key)).sort_values(table.line_column, kind="stable")
        twice = rows.duplicated(list(table.key))
        key = list(table.key)
        first = rows.drop_duplicates(key)[[*key, table.line_column]]
        first = first.rename(columns={table.line_column: "first_line"})
        again = rows[twice].merge(first, on=key, how="left")
        name = "+".join(key)
        values = [
            again[part].dt.strftime("%Y-%m-%d") if _is_date(again[part]) else again[part]
            for part in key
        ]
        again[name] = ["+".join(map(str, row)) for row in zip(*values, strict=True)]
        yield Found(
            table.name,
            again,
            name,
            f"The same {name} stands on line {{first_line}} already; delete or correct one row.",
        )


def _is_date(values: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(values)


def orphans(study: Study, table: RawTable, reference: Reference) -> pd.DataFrame:
    """Rows whose reference names no row of the other table.

    Where keys of that table cannot be read, as many names may be theirs: nothing is said of these.

    Raises
    ------
    UnavailableError
        If the other table is not whole: what is absent from it may stand there.
    """
    parents = study.table(reference.table, reference.parent_key)[reference.parent_key]
    if not study.damage(reference.table).complete:
        raise UnavailableError(reference.table)
    rows = study.table(table.name, reference.column)
    named = rows[reference.column]
    known = named.isna() | named.isin(parents)
    found = pick(rows, ~known & ~named.isin(study.damage(reference.table).mentions))
    if found.empty:
        return found
    found = found[study.readable(table.name, reference.column)[found.index]]
    unread = ~study.readable(reference.table, reference.parent_key)
    return found if found[reference.column].nunique() > unread.sum() else found.iloc[:0]


def claims(study: Study, table: RawTable, reference: Reference, rows: pd.DataFrame) -> pd.Series:
    """Whether an orphan is a guided claim without a review, which has its own rule."""
    recommendation = (table.name, reference.column) == ("mtb_recommendations", "review_id")
    if not recommendation or not study.has(table.name, "variant_id", "biomarker"):
        return pd.Series(False, index=rows.index)
    return rows["variant_id"].notna() | rows["biomarker"].notna()


@KEYS.rule("orphan", ERROR, "*", "What a row refers to stands in its table.")
def orphan_row(study: Study) -> Iterator[Found]:
    """References to rows that do not exist."""
    for table, reference in _referring():
        try:
            rows = orphans(study, table, reference)
            rows = rows[~claims(study, table, reference, rows)]
        except UnavailableError:
            continue
        yield Found(
            table.name,
            rows,
            reference.column,
            f"{{{reference.column}}} does not stand in {reference.table}.csv; "
            "add it there or correct it here.",
        )


@KEYS.rule("other_patient", ERROR, "*", "What a row refers to belongs to the same patient.")
def other_patient(study: Study) -> Iterator[Found]:
    """References to rows of another patient, like a recommendation for somebody else's variant."""
    for table, reference in _referring():
        if reference.column == "patient_id":
            continue
        if not study.has(reference.table, reference.parent_key, "patient_id"):
            continue
        if not study.has(table.name, reference.column, "patient_id"):
            continue
        owners = study.looked_up(reference.table, reference.parent_key, "patient_id")
        rows = study.table(table.name)
        owner = rows[reference.column].map(owners)
        differs = owner.notna() & rows["patient_id"].notna()
        differs &= owner.ne(rows["patient_id"])
        found = pick(rows, differs, owner=owner)
        if len(found):
            # a pseudonym of the wrong shape has its own finding, and is nobody
            found = found[_is_pseudonym(found["owner"]) & _is_pseudonym(found["patient_id"])]
        yield Found(
            table.name,
            found,
            reference.column,
            f"{{{reference.column}}} belongs to patient {{owner}}, this row to {{patient_id}}.",
        )


def _is_pseudonym(patients: pd.Series) -> pd.Series:
    pattern = RAW_TABLES["patients"].fields["patient_id"].pattern
    return patients.astype("string").str.fullmatch(pattern).fillna(False).astype(bool)
