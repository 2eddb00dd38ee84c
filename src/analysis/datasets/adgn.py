"""ADGN: one row per reported variant."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import flag, with_source


def build_adgn(
    variants: pd.DataFrame, sequencing: pd.DataFrame, recommendations: pd.DataFrame
) -> pd.DataFrame:
    """Variants with their profile, and whether a recommendation names them (ACTNVFL).

    Parameters
    ----------
    variants, sequencing : DataFrame
        Raw tables after the cut.
    recommendations : DataFrame
        Raw or linked recommendations after the cut (variant_id).

    Returns
    -------
    DataFrame
        One row per variant: VARID TESTID PROFNUM GENE ALTTYPE HGVSP VAF COPYNUM ACTNVFL and source.
    """
    profile = sequencing.drop_duplicates("test_id").set_index("test_id")["profile_number"]
    adgn = pd.DataFrame(
        {
            "USUBJID": variants["patient_id"],
            "VARID": variants["variant_id"],
            "TESTID": variants["test_id"],
            "PROFNUM": variants["test_id"].map(profile).astype("Int64"),
            "GENE": variants["gene"],
            "ALTTYPE": variants["alteration_type"],
            "HGVSP": variants["hgvs_p"],
            "VAF": variants["vaf"],
            "COPYNUM": variants["copy_number"],
            "ACTNVFL": flag(variants["variant_id"].isin(recommendations["variant_id"].dropna())),
            "line": variants["line"],
        }
    )
    return with_source(adgn, "variants", "variant_id").drop(columns="line")
