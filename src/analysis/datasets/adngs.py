"""ADNGS: one row per specimen and test; a specimen without a test has a row too."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import flag, with_source


def build_adngs(biopsies: pd.DataFrame, sequencing: pd.DataFrame) -> pd.DataFrame:
    """Specimens and their sequencing.

    Parameters
    ----------
    biopsies, sequencing : DataFrame
        Raw tables after the cut.

    Returns
    -------
    DataFrame
        SPECID SPECDT SPECTYPE ORGAN TUMPCT ADEQFL TESTID PROFNUM ASSAY REPDT QCSTAT QCRSN TMB MSI
        HRD and the source: the test's row where there is one, else the specimen's.
    """
    tests = sequencing.drop(columns="patient_id").rename(columns={"line": "test_line"})
    rows = biopsies.merge(tests, on="specimen_id", how="left", validate="1:m")
    tested = rows["test_id"].notna()
    adngs = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "SPECID": rows["specimen_id"],
            "SPECDT": rows["collection_date"],
            "SPECTYPE": rows["specimen_type"],
            "ORGAN": rows["organ"],
            "TUMPCT": rows["tumour_content_pct"],
            "ADEQFL": flag(rows["adequate"].eq("Y")),
            "TESTID": rows["test_id"],
            "PROFNUM": rows["profile_number"].astype("Int64"),
            "ASSAY": rows["assay"],
            "REPDT": rows["report_date"],
            "QCSTAT": rows["qc_status"],
            "QCRSN": rows["qc_fail_reason"],
            "TMB": rows["tmb_mut_per_mb"],
            "MSI": rows["msi_status"],
            "HRD": rows["hrd_status"],
            "line": rows["line"],
        }
    )
    from_specimen = with_source(adngs, "biopsies", "specimen_id")
    from_test = with_source(adngs.assign(line=rows["test_line"]), "sequencing", "test_id")
    return from_test.where(tested, from_specimen, axis=0).drop(columns="line")
