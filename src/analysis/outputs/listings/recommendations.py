"""L16.2.6.3: each recommendation with its evidence, the decision, received, and why not.

Rows of the analysis datasets as they are, with file and line; nobody of the analysis set is left
out: a patient without a row says so.
"""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.listing import listing_with_dates
from analysis.estimates.rows import Listing
from analysis.outputs.listings.source_rows import source_row, with_everybody
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "L16.2.6.3"
NEEDS = ("mtb_reviews", "mtb_recommendations")
NO_RECOMMENDATION = "no recommendation"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.6.3: each recommendation with its evidence, the decision, received, and why not.

    Returns
    -------
    Listing
        One row per recommendation, one for each discussed patient without any: USUBJID REVDT CONCL
        RECID RANK DRUG THERCLS TARGET LINKED EVIDENCE PROFNUM DECISN DECRSN RECEIVED (first dose,
        or ``no``) SOURCE.
    """
    adsl, admb = data["adsl"], data["admb"]
    version = admb["EVVER"].fillna("version not recorded")
    received = admb["RECVDT"].dt.strftime("%Y-%m-%d").fillna("no")
    rows = admb.assign(
        TARGET=admb["GENE"].fillna(admb["BIOMARK"]),
        LINKED=admb["LINKFL"].map({"Y": "yes"}).fillna("no"),
        EVIDENCE=admb["EVSYS"] + " " + admb["EVLVL"] + " (" + version + ")",
        RECEIVED=received.astype(object),
        SOURCE=source_row(admb),
    )
    columns = [
        "USUBJID", "REVDT", "CONCL", "RECID", "RANK", "DRUG", "THERCLS", "TARGET", "LINKED",
        "EVIDENCE", "PROFNUM", "DECISN", "DECRSN", "RECEIVED", "SOURCE",
    ]  # fmt: skip
    rows = rows[columns].sort_values(["USUBJID", "REVDT", "RANK", "RECID"], kind="stable")
    listing = with_everybody(rows, in_set(adsl, "MTBFL")["USUBJID"])
    none = listing["RECID"].isna()
    return Listing(OUTPUT, listing.assign(DRUG=listing["DRUG"].mask(none, NO_RECOMMENDATION)))


LABELS = {
    "USUBJID": "Patient",
    "REVDT": "Reviewed",
    "CONCL": "Conclusion",
    "RANK": "Rank",
    "DRUG": "Drugs",
    "TARGET": "Gene or biomarker",
    "LINKED": "Matched",
    "EVIDENCE": "Evidence",
    "PROFNUM": "Profile",
    "DECISN": "Decision",
    "DECRSN": "Reason",
    "RECEIVED": "Received",
    "SOURCE": "Raw row",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_with_dates(rows.output_id, rows.frame, LABELS),)
