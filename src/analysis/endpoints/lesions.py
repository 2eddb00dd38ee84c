"""Tumour lesions as measured: the diameter that counts, and which baseline targets are allowed.

Diameters are compared as whole micrometres, rounded once from the decimals as received: in binary
floats 14.0 -> 9.8 mm would not be PR and 27.0 -> 32.4 mm would not be PD.

Sources: RECIST 1.1 sections 3.1.1 (measurable), 4.2 (targets), 4.3.2 (too small, nodes); erratum.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.params import Rules
from schemas.terminology import ASSESSOR

MICROMETRES_PER_MM = 1000
INVESTIGATOR, CENTRAL, SECOND_READER = ASSESSOR
LYMPH_NODES = "lymph nodes"


def as_micrometres(millimetres) -> np.ndarray:
    """Millimetres as whole micrometres (float64 without fraction); missing stays missing."""
    return np.rint(np.asarray(millimetres, dtype=np.float64) * MICROMETRES_PER_MM)


def as_millimetres(micrometres) -> np.ndarray:
    """Whole micrometres as the nearest millimetre decimals."""
    return np.asarray(micrometres, dtype=np.float64) / MICROMETRES_PER_MM


def used_diameters(lesions: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Diameter of each target row that enters the sum, in whole micrometres.

    Absent counts 0. Too small to measure counts ``recist.too_small_mm`` unless a diameter was
    given; a measured 3 mm stays 3 mm. Not evaluable, or measured without a diameter, is missing.

    Parameters
    ----------
    lesions : DataFrame
        status, diameter_mm (longest diameter; short axis for nodes).
    rules : Rules
    """
    status = lesions["status"]
    measured = as_micrometres(lesions["diameter_mm"])
    too_small = as_micrometres(rules.recist.too_small_mm)
    return np.select(
        [
            status.eq("absent"),
            status.eq("measured"),
            status.eq("too_small"),
        ],
        [0.0, measured, np.where(np.isnan(measured), too_small, measured)],
        default=np.nan,
    )


def of_assessor(lesions: pd.DataFrame, assessor: str) -> pd.DataFrame:
    """Rows of raw lesions that one assessor read; without that column the investigator read all."""
    if "assessor" not in lesions:
        return lesions if assessor == INVESTIGATOR else lesions.iloc[:0]
    mine = lesions["assessor"].fillna(INVESTIGATOR).eq(assessor)
    return lesions if mine.all() else lesions[mine]


def by_investigator(adtr: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADTR that drive the endpoints."""
    return adtr[adtr["TREVAL"].eq(INVESTIGATOR)] if "TREVAL" in adtr else adtr


def read_lesions(lesions: pd.DataFrame, rules: Rules, assessor: str = INVESTIGATOR) -> pd.DataFrame:
    """Raw lesion rows in analysis names, with the diameter that counts.

    Returns
    -------
    DataFrame
        Sorted by patient, assessment, lesion: USUBJID, ADT (assessment), SCANDT (day imaged;
        ADT where it was left empty), LESID, ROLE, NODAL (bool), STATUS, METHOD, ORGAN, DIAM (whole
        micrometres, targets only), MEASURED (bool), line where the input has it.
    """
    lesions = of_assessor(lesions, assessor)
    frame = pd.DataFrame(
        {
            "USUBJID": lesions["patient_id"],
            "ADT": lesions["assessment_date"].astype(UNIT),
            "SCANDT": lesions["scan_date"].astype(UNIT).fillna(lesions["assessment_date"]),
            "LESID": lesions["lesion_id"],
            "ROLE": lesions["lesion_role"],
            "ORGAN": lesions["organ"],
            "NODAL": lesions["nodal"].eq("Y"),
            "STATUS": lesions["status"],
            "METHOD": lesions["method"],
        }
    )
    used = used_diameters(lesions, rules)
    frame["DIAM"] = np.where(frame["ROLE"].eq("target"), used, np.nan)
    frame["MEASURED"] = frame["DIAM"].notna()
    if "line" in lesions:
        frame["line"] = lesions["line"]
    return frame.sort_values(["USUBJID", "ADT", "LESID"], kind="stable", ignore_index=True)


def smallest_measurable(lesions: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Smallest size at which each lesion is measurable, in whole micrometres.

    A node needs its short axis, other lesions their longest diameter; on plain X-ray more.

    Parameters
    ----------
    lesions : DataFrame
        NODAL (bool), METHOD.
    """
    sizes = rules.recist
    on_xray = lesions["METHOD"].eq("xray")
    other = np.where(on_xray, sizes.measurable_xray_mm, sizes.measurable_mm)
    return as_micrometres(np.where(lesions["NODAL"], sizes.measurable_node_mm, other))


def is_measurable(lesions: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Whether each target row is a measurable lesion (False where it was not measured)."""
    return lesions["DIAM"].to_numpy() >= smallest_measurable(lesions, rules)


def _violations(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = [c for c in ("USUBJID", "ADT", "LESID", "line") if c in rows]
    return rows[columns].assign(VIOLATION=name)


def baseline_target_violations(baseline: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Baseline targets against the rules of selection.

    Parameters
    ----------
    baseline : DataFrame
        Target rows of one baseline assessment per patient, as from `read_lesions`: USUBJID, LESID,
        ORGAN, NODAL, METHOD, DIAM.
    rules : Rules
        ``recist.max_targets``, ``recist.max_targets_per_organ`` and the measurable sizes.

    Returns
    -------
    DataFrame
        One row per lesion that breaks a rule: USUBJID, ADT, LESID, line (where given) and
        VIOLATION: ``max_total`` (the lesions beyond the number, in the order of LESID),
        ``max_per_organ`` (likewise; all nodes are one organ), ``min_mm`` or ``min_node_mm`` (too
        small to be measurable; a lesion that was not measured is not judged).
    """
    rows = baseline.sort_values(["USUBJID", "LESID"], kind="stable", ignore_index=True)
    organ = rows["ORGAN"].astype("string").str.strip().str.casefold()
    organ = organ.where(~rows["NODAL"], LYMPH_NODES)
    in_total = rows.groupby("USUBJID").cumcount()
    in_organ = rows.groupby(["USUBJID", organ], dropna=False).cumcount()
    small = rows["DIAM"].to_numpy() < smallest_measurable(rows, rules)
    found = [
        _violations(rows[in_total >= rules.recist.max_targets], "max_total"),
        _violations(rows[in_organ >= rules.recist.max_targets_per_organ], "max_per_organ"),
        _violations(rows[small & ~rows["NODAL"]], "min_mm"),
        _violations(rows[small & rows["NODAL"]], "min_node_mm"),
    ]
    return pd.concat(found, ignore_index=True).sort_values(
        ["USUBJID", "LESID", "VIOLATION"], kind="stable", ignore_index=True
    )
