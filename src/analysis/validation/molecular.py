"""From the biopsy to the recommendation: what cannot rest on what it claims to rest on."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.findings import ERROR, WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.keys import claims, orphans
from analysis.validation.likeness import skeleton
from analysis.validation.study import Study
from schemas.names import gene_aliases
from schemas.raw import RAW_TABLES

MOLECULAR = Family("molecular")

# Approved symbols are capitals and digits, with `orf` in open reading frames; partners of a fusion
# are joined by `::` or a hyphen.
_SYMBOL = r"(?:[A-Z][A-Z0-9]*(?:orf[0-9]+)?(?:-[A-Z0-9]+)?)"
GENE_SYMBOL = rf"{_SYMBOL}(?:(?:::|-){_SYMBOL})?"
_PARTNERS = re.compile(r"::|[-/\u2010-\u2015]")
# Biomarkers of a recommendation, and the results of a test that speak against them.
CONTRADICTED = (("MSI-H", "msi_status", "MSS"), ("HRD", "hrd_status", "negative"))


@MOLECULAR.rule(
    "guided_claim_without_review",
    ERROR,
    "mtb_recommendations",
    "A recommendation that names a variant or a biomarker comes from a review on record.",
)
def guided_claim_without_review(study: Study) -> Iterator[Found]:
    """Recommendations by which a therapy would be guided, without their review."""
    table = RAW_TABLES["mtb_recommendations"]
    study.table(table.name, "variant_id", "biomarker")
    reference = next(entry for entry in table.references if entry.column == "review_id")
    rows = orphans(study, table, reference)
    rows = rows[claims(study, table, reference, rows)]
    message = (
        "Review {review_id} does not stand in mtb_reviews.csv: nothing can be guided by "
        "recommendation {recommendation_id}; add the review."
    )
    yield Found(table.name, rows, "review_id", message)


@MOLECULAR.rule(
    "second_profile_without_first",
    WARNING,
    "sequencing",
    "A second profile follows a first one of the same patient.",
)
def second_profile_without_first(study: Study) -> Iterator[Found]:
    """Profiles at resistance of patients without a profile at entry."""
    rows = study.whole_table("sequencing", "patient_id", "profile_number")
    first = rows.loc[rows["profile_number"].eq(1).fillna(False), "patient_id"]
    second = rows["profile_number"].eq(2).fillna(False) & ~rows["patient_id"].isin(first)
    second &= ~rows["patient_id"].isin(study.in_doubt("sequencing", "profile_number"))
    message = "Test {test_id} is a second profile; patient {patient_id} has no first one."
    yield Found("sequencing", pick(rows, second), "profile_number", message)


@MOLECULAR.rule(
    "pending_with_report",
    WARNING,
    "sequencing",
    "A test whose quality control is pending has no report.",
)
def pending_with_report(study: Study) -> Iterator[Found]:
    """Reports of tests still called pending."""
    rows = study.table("sequencing", "qc_status", "report_date")
    which = rows["qc_status"].eq("pending") & rows["report_date"].notna()
    message = "Reported {report_date}, but quality control is still pending."
    yield Found("sequencing", pick(rows, which), "report_date", message)


@MOLECULAR.rule(
    "review_without_report", WARNING, "mtb_reviews", "A review that is not deferred has a report."
)
def review_without_report(study: Study) -> Iterator[Found]:
    """Conclusions about tests that have no report."""
    rows = study.table("mtb_reviews", "test_id", "conclusion")
    tests = study.table("sequencing", "test_id", "report_date")
    unreported = tests["report_date"].isna() & study.readable("sequencing", "report_date")
    pending = tests.loc[unreported, "test_id"]
    which = rows["test_id"].isin(pending.dropna()) & rows["conclusion"].ne("deferred")
    which &= study.readable("mtb_reviews", "conclusion")
    message = "Concluded {conclusion} on test {test_id}, which has no report."
    yield Found("mtb_reviews", pick(rows, which), "test_id", message)


@MOLECULAR.rule(
    "variant_without_pass",
    WARNING,
    "variants",
    "Variants come from tests that passed quality control.",
)
def variant_without_pass(study: Study) -> Iterator[Found]:
    """Variants of failed or pending tests."""
    rows = study.table("variants", "test_id")
    rows = rows.assign(
        qc=rows["test_id"].map(study.looked_up("sequencing", "test_id", "qc_status"))
    )
    which = rows["qc"].isin(["fail", "pending"])
    message = "Variant {variant_id} comes from test {test_id}, whose quality control is {qc}."
    yield Found("variants", pick(rows, which), "test_id", message)


@functools.cache
def _symbols() -> tuple[dict[str, str], dict[str, str]]:
    """HGNC symbols by the letters of their aliases, and by their own letters."""
    aliases = {skeleton(entry.name): entry.of for entry in gene_aliases()}
    return aliases, {skeleton(symbol): symbol for symbol in aliases.values()}


@functools.lru_cache(maxsize=10_000)
def _other_gene_name(gene: str) -> tuple[str, str] | None:
    """The name, or partner of a fusion, that is an alias, and its symbol."""
    aliases, symbols = _symbols()
    for name in (gene, *_PARTNERS.split(gene)):
        key = skeleton(name)
        symbol = aliases.get(key) or symbols.get(key)
        if symbol and name != symbol:
            return name, symbol
    return None


@MOLECULAR.rule("gene_alias", WARNING, "variants", "A gene has its HGNC symbol, not an alias.")
def gene_alias(study: Study) -> Iterator[Found]:
    """Genes under another name: they are another gene to the program."""
    rows = study.table("variants", "gene").dropna(subset=["gene"])
    named = [_other_gene_name(gene) for gene in rows["gene"]]
    rows = pick(rows, np.array([pair is not None for pair in named], dtype=bool))
    name, symbol = ([pair[at] for pair in named if pair] for at in (0, 1))
    rows = rows.assign(name=name, symbol=symbol)
    message = "{name} is another name of {symbol}; genes are compared by their HGNC symbols."
    yield Found("variants", rows, "gene", message)


@MOLECULAR.rule("gene_symbol", WARNING, "variants", "A gene is written as its HGNC symbol.")
def gene_symbol(study: Study) -> Iterator[Found]:
    """Genes that do not look like an approved symbol, nor are known by another name."""
    rows = study.table("variants", "gene")
    like = rows["gene"].astype("string").str.fullmatch(GENE_SYMBOL).fillna(True).astype(bool)
    named = [pd.notna(gene) and _other_gene_name(gene) is not None for gene in rows["gene"]]
    odd = ~like & ~np.array(named, dtype=bool)
    message = "'{gene}' does not look like an HGNC symbol (capitals and digits, like ERBB2)."
    yield Found("variants", pick(rows, odd), "gene", message)


@MOLECULAR.rule(
    "variant_of_another_test",
    WARNING,
    "mtb_recommendations",
    "A recommendation rests on a variant of the test that its review discussed.",
)
def variant_of_another_test(study: Study) -> Iterator[Found]:
    """Variants of the same patient, but of another test than the one reviewed."""
    rows = study.table("mtb_recommendations", "review_id", "variant_id", "patient_id")
    reviewed = rows["review_id"].map(study.looked_up("mtb_reviews", "review_id", "test_id"))
    reported = rows["variant_id"].map(study.looked_up("variants", "variant_id", "test_id"))
    owner = rows["variant_id"].map(study.looked_up("variants", "variant_id", "patient_id"))
    which = reviewed.notna() & reported.notna() & reviewed.ne(reported)
    which &= owner.eq(rows["patient_id"])
    message = "Variant {variant_id} was reported by test {reported}; the review was of {reviewed}."
    yield Found(
        "mtb_recommendations",
        pick(rows, which, reviewed=reviewed, reported=reported),
        "variant_id",
        message,
    )


@MOLECULAR.rule(
    "recommendation_without_conclusion",
    WARNING,
    "mtb_recommendations",
    "A therapy matched to a variant or biomarker comes from a review that concluded intervenable.",
)
def recommendation_without_conclusion(study: Study) -> Iterator[Found]:
    """Matched recommendations of reviews that found nothing to match."""
    rows = study.table("mtb_recommendations", "review_id", "variant_id", "biomarker")
    concluded = study.looked_up("mtb_reviews", "review_id", "conclusion")
    conclusion = rows["review_id"].map(concluded)
    which = conclusion.isin(["not_intervenable", "deferred"])
    which &= rows["variant_id"].notna() | rows["biomarker"].notna()
    message = "Matched recommendation, but review {review_id} concluded {conclusion}."
    yield Found(
        "mtb_recommendations", pick(rows, which, conclusion=conclusion), "review_id", message
    )


@MOLECULAR.rule(
    "biomarker_contradicted",
    WARNING,
    "mtb_recommendations",
    "The biomarker of a recommendation agrees with the test that was reviewed.",
)
def biomarker_contradicted(study: Study) -> Iterator[Found]:
    """MSI-H on a stable test, HRD on a negative one."""
    rows = study.table("mtb_recommendations", "review_id", "biomarker")
    test = rows["review_id"].map(study.looked_up("mtb_reviews", "review_id", "test_id"))
    for biomarker, column, against in CONTRADICTED:
        result = test.map(study.looked_up("sequencing", "test_id", column))
        which = rows["biomarker"].eq(biomarker) & result.eq(against)
        message = f"Recommended for {biomarker}, but the test reports {column} {against}."
        yield Found("mtb_recommendations", pick(rows, which), "biomarker", message)


@MOLECULAR.rule("rank_repeated", WARNING, "mtb_recommendations", "Ranks within a review differ.")
def rank_repeated(study: Study) -> Iterator[Found]:
    """Second and later recommendations of one rank."""
    rows = study.table("mtb_recommendations", "review_id", "rank")
    twice = rows.sort_values("line").duplicated(["review_id", "rank"]).reindex(rows.index)
    which = twice & rows["review_id"].notna() & rows["rank"].notna()
    message = "Review {review_id} has another recommendation of rank {rank}."
    yield Found("mtb_recommendations", pick(rows, which), "rank", message)
