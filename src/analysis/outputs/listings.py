"""Listings: rows of the analysis datasets as they are, with the line of the raw file."""

from __future__ import annotations

import pandas as pd

from analysis.outputs.groups import in_set


def response_listing(data) -> pd.DataFrame:
    """L16.2.6.1: measurements, time-point response and confirmed best response, per assessment.

    Returns
    -------
    DataFrame
        One row per patient of the response set and assessment, in order: USUBJID, TRTGRP1, ADT,
        ADY, AVISIT, LESIONS (diameters by lesion), SUMDIAM, PCHG, PCHGNAD, OVRDER, OVRINV, CBOR,
        SOURCE (file and line of the recorded response).
    """
    adsl = in_set(data["adsl"], "RSPEVLFL").set_index("USUBJID")
    adtr, adrs = (d[d["USUBJID"].isin(adsl.index)] for d in (data["adtr"], data["adrs"]))
    key = ["USUBJID", "ADT"]
    lesions = adtr[adtr["PARAMCD"].eq("LDIAM") & adtr["AVAL"].notna()]
    lesions = lesions.assign(text=lesions["LESID"] + " " + lesions["AVAL"].map("{:g}".format))
    sums = adtr[adtr["PARAMCD"].eq("SUMDIAM")].set_index(key)
    parts = {"LESIONS": lesions.groupby(key)["text"].agg("; ".join)}
    parts |= {"SUMDIAM": sums["AVAL"], "PCHG": sums["PCHG"], "PCHGNAD": sums["PCHGNAD"]}
    for paramcd in ("OVRDER", "OVRINV"):
        rows = adrs[adrs["PARAMCD"].eq(paramcd)].set_index(key)
        parts[paramcd] = rows["AVALC"]
    recorded = adrs[adrs["PARAMCD"].eq("OVRINV")].set_index(key)
    parts["SOURCE"] = recorded["SRCFILE"] + ":" + recorded["SRCROW"].astype(str)
    timing = pd.concat([adtr, adrs[adrs["ADY"].notna() & adrs["AVISIT"].notna()]])
    timing = timing.drop_duplicates(key).set_index(key)
    listing = pd.DataFrame(parts)
    listing.insert(0, "ADY", timing["ADY"].reindex(listing.index))
    listing.insert(1, "AVISIT", timing["AVISIT"].reindex(listing.index))
    listing = listing.reset_index().sort_values(key, kind="stable", ignore_index=True)
    best = adrs[adrs["PARAMCD"].eq("CBOR")].set_index("USUBJID")["AVALC"]
    listing.insert(1, "TRTGRP1", listing["USUBJID"].map(adsl["TRTGRP1"]))
    return listing.assign(CBOR=listing["USUBJID"].map(best))


def derivation_listing(data) -> pd.DataFrame:
    """L16.2.6.2: how PFS and OS of each treated patient came about.

    Returns
    -------
    DataFrame
        One row per treated patient and parameter (PFS, OS): USUBJID, TRTGRP1, PARAMCD, STARTDT,
        ADT, AVAL, CNSR, WHY (event or censoring), SOURCE (file and line).
    """
    adsl = in_set(data["adsl"], "TRTFL").set_index("USUBJID")
    adtte = data["adtte"]
    rows = adtte[adtte["PARAMCD"].isin(["PFS", "OS"]) & adtte["USUBJID"].isin(adsl.index)]
    rows = rows.sort_values(["USUBJID", "PARAMCD"], kind="stable", ignore_index=True)
    line = rows["SRCROW"].astype("string").fillna("")
    source = rows["SRCFILE"].astype("string").fillna("") + line.map(lambda n: f":{n}" if n else "")
    return pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "TRTGRP1": rows["USUBJID"].map(adsl["TRTGRP1"]),
            "PARAMCD": rows["PARAMCD"],
            "STARTDT": rows["STARTDT"],
            "ADT": rows["ADT"],
            "AVAL": rows["AVAL"],
            "CNSR": rows["CNSR"],
            "WHY": rows["EVNTDESC"].fillna(rows["CNSDTDSC"]),
            "SOURCE": source.astype(object),
        }
    )
