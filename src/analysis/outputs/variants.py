"""T14.2.7.1 to T14.2.7.3: intervenable variants, evidence, genes and biomarkers. SAP 14.2.7.

"Intervenable" is the conclusion of the tumour board on the first profile (SAP D4). The main
denominator is all enrolled, so that a failed sequencing counts as not intervenable.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.evidence_level import highest_level, level_order
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import in_set
from analysis.outputs.proportion import add_proportion, add_share
from analysis.outputs.recommendation_uptake import first_profile_recommendations
from analysis.outputs.summary import add_summary
from schemas.terminology import ALTERATION_TYPE, EVIDENCE_SYSTEM, HRD_STATUS, MSI_STATUS

INTERVENABLE = "Intervenable variant by MTB conclusion"
DENOMINATORS = (
    ("ENRLFL", "of all enrolled (main)"),
    ("SEQFL", "of sequenced"),
    ("MTBFL", "of discussed by MTB"),
)
NOT_ASSIGNED = "Level not assigned"
NO_VERSION = "no version recorded"
NO_MATCH = "No matched recommendation"
NOT_MEASURED = "not reported"


def intervenable_variant(data, rules) -> EstimateRows:
    """T14.2.7.1: patients with an intervenable variant under each denominator.

    Returns
    -------
    EstimateRows
        Analysis = denominator (n, N, estimate, limits); "without" counts, of all enrolled and
        exclusively, those without: not sequenced or not discussed, final or pending at the cut,
        deferred, and concluded not intervenable.
    """
    adsl = data["adsl"]
    rows = EstimateRows("T14.2.7.1", "ENRLFL")
    found = in_set(adsl, "ACTFL")["USUBJID"]
    for flag, label in DENOMINATORS:
        population = in_set(adsl, flag)["USUBJID"]
        mine = found[found.isin(population)]
        cell = Cell(label, parameter=INTERVENABLE)
        add_proportion(rows, cell, mine, population, rules, analysis_set=flag)
    without = adsl[adsl["ACTFL"].ne("Y")]
    ongoing = without["EOSSTT"].eq("ONGOING")
    discussed, concluded = without["MTBFL"].eq("Y"), without["MTBDT"].notna()
    sequenced = without["SEQFL"].eq("Y")
    for category, holds in (
        ("Discussed, not intervenable", concluded),
        ("Discussed, conclusion deferred", discussed & ~concluded),
        ("Sequenced, not discussed: pending", sequenced & ~discussed & ongoing),
        ("Sequenced, not discussed: final", sequenced & ~discussed & ~ongoing),
        ("Not sequenced: pending", ~sequenced & ~discussed & ongoing),
        ("Not sequenced: final", ~sequenced & ~discussed & ~ongoing),
    ):
        who = without.loc[holds, "USUBJID"]
        add_share(rows, Cell("without", category=category), who, adsl["USUBJID"])
    return rows


def highest_evidence(data, rules) -> EstimateRows:
    """T14.2.7.2: highest evidence level of each patient discussed, by system.

    First-profile recommendations that name a variant or a biomarker. A patient stands once in each
    system in which the board graded; levels of two systems are not ranked against each other.

    Returns
    -------
    EstimateRows
        Analysis = system: parameter "Level" (n, N, pct of discussed; every level that somebody has
        and "Level not assigned") and "Version" (n by version of the system); "none" counts the
        patients without a matched recommendation.
    """
    adsl, admb = data["adsl"], data["admb"]
    rows = EstimateRows("T14.2.7.2", "MTBFL")
    discussed = in_set(adsl, "MTBFL")["USUBJID"]
    linked = first_profile_recommendations(admb)
    best = highest_level(linked[linked["USUBJID"].isin(discussed)], rules)
    for system in EVIDENCE_SYSTEM:
        mine = best[best["EVSYS"].eq(system)]
        add_share(rows, Cell(system, parameter="Graded"), mine["USUBJID"], discussed)
        order = [*level_order(system, rules), NOT_ASSIGNED] if len(mine) else []
        level = mine["EVLVL"].fillna(NOT_ASSIGNED)
        for name in order:
            who = mine.loc[level.eq(name), "USUBJID"]
            if len(who) or name == NOT_ASSIGNED:
                cell = Cell(system, parameter="Level", category=name)
                add_share(rows, cell, who, discussed)
        version = mine["EVVER"].fillna(NO_VERSION)
        for name in sorted(version.unique(), key=lambda text: (text == NO_VERSION, text)):
            who = mine.loc[version.eq(name), "USUBJID"]
            rows.count(Cell(system, parameter="Version", category=name), who)
    none = discussed[~discussed.isin(best["USUBJID"])]
    add_share(rows, Cell("none", parameter=NO_MATCH), none, discussed)
    return rows


def first_profile_biomarkers(data, rules) -> pd.DataFrame:
    """TMB, MSI and HRD of each sequenced patient at the first profile, one row per patient.

    The highest burden, and the positive result where tests differ.

    Returns
    -------
    DataFrame
        Indexed by USUBJID: TMB (number), TMBHIGH (high, low, not reported), MSI and HRD.
    """
    who = in_set(data["adsl"], "SEQFL")["USUBJID"]
    tests = data["adngs"]
    passed = tests[tests["PROFNUM"].eq(1) & tests["QCSTAT"].eq("pass")]
    burden = passed.groupby("USUBJID")["TMB"].max().reindex(who).astype("float64")
    high = (burden >= rules.molecular.tmb_high).map({True: "high", False: "low"})
    found = {"TMB": burden, "TMBHIGH": high.where(burden.notna(), NOT_MEASURED)}
    for column, order in (("MSI", ("MSI-H", "MSS")), ("HRD", ("positive", "negative"))):
        result = pd.Series(NOT_MEASURED, index=pd.Index(who), dtype=object)
        for value in reversed(order):
            result[result.index.isin(passed.loc[passed[column].eq(value), "USUBJID"])] = value
        found[column] = result
    return pd.DataFrame(found)


def genes_and_biomarkers(data, rules) -> EstimateRows:
    """T14.2.7.3: patients with at least one variant, by gene and kind; TMB, MSI, HRD.

    First profile; every sequenced patient is in the denominator.

    Returns
    -------
    EstimateRows
        Analyses "gene" (parameter = gene, the most frequent first; category = kind of alteration,
        or "any"), "kind", "number" (variants per patient) and "biomarker".
    """
    rows = EstimateRows("T14.2.7.3", "SEQFL")
    sequenced = in_set(data["adsl"], "SEQFL")["USUBJID"]
    adgn = data["adgn"]
    variants = adgn[adgn["PROFNUM"].eq(1) & adgn["USUBJID"].isin(sequenced)]
    per_patient = variants.groupby("USUBJID").size().reindex(sequenced).fillna(0.0)
    rows.count(Cell("patients"), sequenced)
    cell, who = Cell("number", parameter="Variants"), per_patient.index.to_series()
    add_summary(rows, cell, per_patient, unit="variants", patients=who)
    none = per_patient.index[per_patient.eq(0)]
    add_share(rows, Cell("number", parameter="No variant reported"), none, sequenced)
    for kind in ALTERATION_TYPE:
        who = variants.loc[variants["ALTTYPE"].eq(kind), "USUBJID"]
        add_share(rows, Cell("kind", parameter=kind), who, sequenced)
    for gene in genes_by_frequency(variants):
        mine = variants[variants["GENE"].eq(gene)]
        cell = Cell("gene", parameter=gene, category="any")
        add_share(rows, cell, mine["USUBJID"], sequenced)
        for kind, of_kind in mine.groupby("ALTTYPE", sort=True):
            rows.count(Cell("gene", parameter=gene, category=kind), of_kind["USUBJID"])
    _biomarkers(rows, first_profile_biomarkers(data, rules), sequenced)
    return rows


def genes_by_frequency(variants: pd.DataFrame) -> list[str]:
    """Genes by the number of patients, the most frequent first, then by name."""
    patients = variants.groupby("GENE")["USUBJID"].nunique()
    return sorted(patients.index, key=lambda gene: (-patients[gene], gene))


def _biomarkers(rows, markers: pd.DataFrame, sequenced: pd.Series) -> None:
    burden = Cell("biomarker", parameter="TMB, mutations/Mb")
    who = markers.index.to_series()
    add_summary(rows, burden, markers["TMB"], unit="mutations/Mb", patients=who)
    for column, label, values in (
        ("TMBHIGH", "TMB", ("high", "low")),
        ("MSI", "MSI", [v for v in reversed(MSI_STATUS) if v != "unknown"]),
        ("HRD", "HRD", [v for v in HRD_STATUS if v != "unknown"]),
    ):
        for value in (*values, NOT_MEASURED):
            who = markers.index[markers[column].eq(value)]
            cell = Cell("biomarker", parameter=label, category=value)
            add_share(rows, cell, who, sequenced)
