"""T14.2.7.1 to T14.2.7.3: intervenable variants, evidence, genes and biomarkers. SAP 14.2.7.

"Intervenable" is the conclusion of the tumour board on the first profile (SAP D4). The main
denominator is all enrolled, so that a failed sequencing counts as not intervenable.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.params import Rules
from analysis.tabulation.groups import in_set

NOT_MEASURED = "not reported"


def first_profile_biomarkers(data: Datasets, rules: Rules) -> pd.DataFrame:
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


def genes_by_frequency(variants: pd.DataFrame) -> list[str]:
    """Genes by the number of patients, the most frequent first, then by name."""
    patients = variants.groupby("GENE")["USUBJID"].nunique()
    return sorted(patients.index, key=lambda gene: (-patients[gene], gene))
