"""F14.2.7.1: who has which alteration, with therapy and response beside it. SAP 14.2.7.

First profile of every sequenced patient. Genes by the number of patients; the drawing shows as many
as `rules.display.oncoprint_genes`, the rows of estimates hold them all.
"""

from __future__ import annotations

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import ALL_GROUPS, in_set
from analysis.outputs.proportion import add_share
from analysis.outputs.variants import first_profile_biomarkers, genes_by_frequency
from schemas.terminology import BEST_OVERALL_RESPONSE

NO_RESPONSE = "not treated"


def oncoprint(data, rules) -> EstimateRows:
    """F14.2.7.1: alterations by gene and kind, therapy group, guided therapy, response, biomarkers.

    The response is the confirmed best one: from the first guided dose for guided patients (CBORG),
    from the first dose for the others (CBOR).

    Returns
    -------
    EstimateRows
        Analyses "gene" (parameter = gene in the order of the figure; n, N, pct), "alteration"
        (parameter = gene, category = kind) and "track" (parameter = therapy, guided, response, MSI,
        TMB; each but "guided" adds up to the sequenced). The figure is drawn from the members.
    """
    adsl = in_set(data["adsl"], "SEQFL")
    sequenced = adsl["USUBJID"]
    adgn = data["adgn"]
    variants = adgn[adgn["PROFNUM"].eq(1) & adgn["USUBJID"].isin(sequenced)]
    rows = EstimateRows("F14.2.7.1", "SEQFL")
    rows.count(Cell("patients"), sequenced)
    for gene in genes_by_frequency(variants):
        mine = variants[variants["GENE"].eq(gene)]
        add_share(rows, Cell("gene", parameter=gene), mine["USUBJID"], sequenced)
        for kind, of_kind in mine.groupby("ALTTYPE", sort=True):
            cell = Cell("alteration", parameter=gene, category=kind)
            rows.count(cell, of_kind["USUBJID"])
    _tracks(rows, data, adsl, rules)
    return rows


def _tracks(rows: EstimateRows, data, adsl, rules) -> None:
    def track(parameter, category, who):
        rows.count(Cell("track", parameter=parameter, category=category), who)

    for group in ALL_GROUPS:
        track("therapy", group, adsl.loc[adsl["TRTGRP1"].eq(group), "USUBJID"])
    track("guided", "guided", in_set(adsl, "GUIDFL")["USUBJID"])
    adrs = data["adrs"]
    guided = adsl["USUBJID"].isin(in_set(adsl, "GUIDFL")["USUBJID"])
    best = {
        code: adrs[adrs["PARAMCD"].eq(code)].set_index("USUBJID")["AVALC"]
        for code in ("CBOR", "CBORG")
    }
    response = adsl["USUBJID"].map(best["CBOR"]).mask(guided, adsl["USUBJID"].map(best["CBORG"]))
    for value in BEST_OVERALL_RESPONSE:
        track("response", value, adsl.loc[response.eq(value), "USUBJID"])
    track("response", NO_RESPONSE, adsl.loc[response.isna(), "USUBJID"])
    markers = first_profile_biomarkers(data, rules)
    for parameter, column in (("MSI", "MSI"), ("TMB", "TMBHIGH")):
        for value in sorted(markers[column].unique()):
            track(parameter, value, markers.index[markers[column].eq(value)])
