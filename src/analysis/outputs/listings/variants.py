"""L16.2.6.4: each variant with its test."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.listing import listing_with_dates
from analysis.estimates.rows import Listing
from analysis.outputs.listings.source_rows import source_row, with_everybody
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "L16.2.6.4"
NEEDS = ("sequencing", "variants")
NO_VARIANT = "no variant reported"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.6.4: each variant with its test.

    Returns
    -------
    Listing
        One row per variant, one for each sequenced patient without any: USUBJID PROFNUM REPDT ASSAY
        GENE ALTTYPE HGVSP VAF COPYNUM NAMED (in a recommendation) VARID SOURCE.
    """
    adsl, adgn = data["adsl"], data["adgn"]
    tests = data["adngs"].dropna(subset="TESTID").drop_duplicates("TESTID").set_index("TESTID")
    rows = adgn.assign(
        REPDT=adgn["TESTID"].map(tests["REPDT"]),
        ASSAY=adgn["TESTID"].map(tests["ASSAY"]),
        NAMED=adgn["ACTNVFL"].map({"Y": "yes"}).fillna("no"),
        SOURCE=source_row(adgn),
    )
    columns = [
        "USUBJID", "PROFNUM", "REPDT", "ASSAY", "GENE", "ALTTYPE", "HGVSP", "VAF", "COPYNUM",
        "NAMED", "VARID", "SOURCE",
    ]  # fmt: skip
    rows = rows[columns].sort_values(["USUBJID", "PROFNUM", "GENE", "VARID"], kind="stable")
    listing = with_everybody(rows, in_set(adsl, "SEQFL")["USUBJID"])
    none = listing["VARID"].isna()
    return Listing(OUTPUT, listing.assign(GENE=listing["GENE"].mask(none, NO_VARIANT)))


LABELS = {
    "USUBJID": "Patient",
    "PROFNUM": "Profile",
    "REPDT": "Report",
    "ASSAY": "Assay",
    "GENE": "Gene",
    "ALTTYPE": "Kind",
    "HGVSP": "Protein",
    "VAF": "VAF",
    "COPYNUM": "Copies",
    "NAMED": "In a recommendation",
    "SOURCE": "Raw row",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_with_dates(rows.output_id, rows.frame, LABELS),)
