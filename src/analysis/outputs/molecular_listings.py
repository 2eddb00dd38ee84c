"""L16.2.5, L16.2.6.3, L16.2.6.4: regimens with their trail, recommendations, variants. SAP 16.2.

Rows of the analysis datasets as they are, with file and line; nobody of the analysis set is left
out: a patient without a row says so.
"""

from __future__ import annotations

import pandas as pd

from analysis.outputs.groups import in_set

NO_REGIMEN = "no anticancer therapy after enrolment"
NO_RECOMMENDATION = "no recommendation"
NO_VARIANT = "no variant reported"


def _source(rows: pd.DataFrame) -> pd.Series:
    """File and line of the raw row, as ``treatments.csv:12``; empty where there is none."""
    line = rows["SRCROW"].astype("string")
    return (rows["SRCFILE"].astype("string") + ":" + line).fillna("").astype(object)


def _everybody(rows: pd.DataFrame, patients: pd.Series) -> pd.DataFrame:
    """Rows of each patient of a set; a row of blanks for a patient without any."""
    everyone = pd.DataFrame({"USUBJID": sorted(patients)}, dtype=object)
    return everyone.merge(rows, on="USUBJID", how="left")


def regimen_trail(data) -> pd.DataFrame:
    """L16.2.5: every regimen, its group, and the recommendation that makes it guided or not.

    Returns
    -------
    DataFrame
        One row per regimen, one for each patient without any: USUBJID EXSEQ REGID TRT THERCLS ASTDT
        AENDT STOPRSN TRTGRP APERIOD GUIDFL GUIDRSN RECID REVDT RECDRUG TARGET DECISN PROFNUM
        SOURCE. Untreated patients have TRTGRP NT and their status in GUIDRSN.
    """
    adsl, adex, admb = data["adsl"], data["adex"], data["admb"]
    behind = admb.drop_duplicates("RECID").set_index("RECID")
    target = behind["GENE"].fillna(behind["BIOMARK"])
    trail = adex.assign(
        REVDT=adex["RECID"].map(behind["REVDT"]),
        RECDRUG=adex["RECID"].map(behind["DRUG"]),
        TARGET=adex["RECID"].map(target),
        DECISN=adex["RECID"].map(behind["DECISN"]),
        SOURCE=_source(adex),
    )
    columns = [
        "USUBJID", "EXSEQ", "REGID", "TRT", "THERCLS", "ASTDT", "AENDT", "STOPRSN", "TRTGRP",
        "APERIOD", "GUIDFL", "GUIDRSN", "RECID", "REVDT", "RECDRUG", "TARGET", "DECISN", "PROFNUM",
        "SOURCE",
    ]  # fmt: skip
    trail = trail[columns].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    listing = _everybody(trail, in_set(adsl, "ENRLFL")["USUBJID"])
    none = listing["EXSEQ"].isna()
    status = listing["USUBJID"].map(adsl.set_index("USUBJID")["NTSTAT"])
    return listing.assign(
        TRT=listing["TRT"].mask(none, NO_REGIMEN),
        TRTGRP=listing["TRTGRP"].mask(none, "NT"),
        GUIDRSN=listing["GUIDRSN"].mask(
            none, ("untreated, " + status.astype("string")).astype(object)
        ),
    )


def recommendations_listing(data) -> pd.DataFrame:
    """L16.2.6.3: each recommendation with its evidence, the decision, received, and why not.

    Returns
    -------
    DataFrame
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
        SOURCE=_source(admb),
    )
    columns = [
        "USUBJID", "REVDT", "CONCL", "RECID", "RANK", "DRUG", "THERCLS", "TARGET", "LINKED",
        "EVIDENCE", "PROFNUM", "DECISN", "DECRSN", "RECEIVED", "SOURCE",
    ]  # fmt: skip
    rows = rows[columns].sort_values(["USUBJID", "REVDT", "RANK", "RECID"], kind="stable")
    listing = _everybody(rows, in_set(adsl, "MTBFL")["USUBJID"])
    none = listing["RECID"].isna()
    return listing.assign(DRUG=listing["DRUG"].mask(none, NO_RECOMMENDATION))


def variants_listing(data) -> pd.DataFrame:
    """L16.2.6.4: each variant with its test.

    Returns
    -------
    DataFrame
        One row per variant, one for each sequenced patient without any: USUBJID PROFNUM REPDT ASSAY
        GENE ALTTYPE HGVSP VAF COPYNUM NAMED (in a recommendation) VARID SOURCE.
    """
    adsl, adgn = data["adsl"], data["adgn"]
    tests = data["adngs"].dropna(subset="TESTID").drop_duplicates("TESTID").set_index("TESTID")
    rows = adgn.assign(
        REPDT=adgn["TESTID"].map(tests["REPDT"]),
        ASSAY=adgn["TESTID"].map(tests["ASSAY"]),
        NAMED=adgn["ACTNVFL"].map({"Y": "yes"}).fillna("no"),
        SOURCE=_source(adgn),
    )
    columns = [
        "USUBJID", "PROFNUM", "REPDT", "ASSAY", "GENE", "ALTTYPE", "HGVSP", "VAF", "COPYNUM",
        "NAMED", "VARID", "SOURCE",
    ]  # fmt: skip
    rows = rows[columns].sort_values(["USUBJID", "PROFNUM", "GENE", "VARID"], kind="stable")
    listing = _everybody(rows, in_set(adsl, "SEQFL")["USUBJID"])
    none = listing["VARID"].isna()
    return listing.assign(GENE=listing["GENE"].mask(none, NO_VARIANT))
