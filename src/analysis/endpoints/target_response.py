"""Target response at each assessment. RECIST 1.1 section 4.3.1.

The first that holds:

1. CR: every non-nodal target 0 and every nodal target below 10 mm (the sum may be above 0);
2. PD: the sum is at least 20 % and at least 5 mm above the nadir, the smallest complete sum so far
   with baseline included; or target disease is seen again after a CR, without the 5 mm test, if
   ``reappearance_after_cr_is_pd``;
3. NE: a target was not measured, unless the measured ones alone are PD; without a baseline,
   whatever is not PD;
4. PR: the sum is at least 30 % below baseline;
5. SD.

An incomplete sum is never the nadir. ``pr_carry_forward`` holds a PR until progression (EORTC FAQ);
the carried form is always given beside the numerical one.

Sources: RECIST 1.1 sections 4.3.1 and 4.3.2, its erratum, the EORTC FAQ; Schwartz 2016.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.lesions import as_micrometres, as_millimetres
from analysis.endpoints.progression_rows import latest_last, latest_scan
from analysis.endpoints.tumour_baseline import find_baseline, followed_lesions
from analysis.params import Rules

NOT_APPLICABLE = "NA"


def _earlier_in_patient(holds: pd.Series, patient: pd.Series) -> np.ndarray:
    """Whether the condition held at any earlier assessment of the patient."""
    so_far = holds.astype(np.int64).groupby(patient).cumsum()
    return (so_far - holds.astype(np.int64)).to_numpy() > 0


def _nadir_before(rows: pd.DataFrame) -> np.ndarray:
    """Smallest complete sum before each assessment, baseline included (micrometres)."""
    complete = rows["SUM"].where(rows["COMPLETE"])
    so_far = complete.groupby(rows["USUBJID"]).cummin().groupby(rows["USUBJID"]).ffill()
    before = so_far.groupby(rows["USUBJID"]).shift()
    return np.fmin(before.to_numpy(), rows["BASELINE"].to_numpy())


def _carried(response: np.ndarray, patient: pd.Series) -> np.ndarray:
    """SD after a CR or PR reads PR until the next progression."""
    avalc = pd.Series(response, index=patient.index)
    after_pd = avalc.eq("PD").groupby(patient).cumsum()
    responded = avalc.isin(["CR", "PR"])
    held = responded.groupby([patient, after_pd]).cummax() & avalc.eq("SD")
    return avalc.where(~held, "PR").to_numpy(dtype=object)


def derive_target_response(sums: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Target response from sums of diameters after baseline.

    Parameters
    ----------
    sums : DataFrame
        One row per patient and assessment after baseline: USUBJID, ADT, AVAL (sum of the measured
        targets, mm; missing if none), BASE (mm). From lesions also COMPLETE (all targets
        measured), NORMAL (every target absent, every node normal) and SEEN (some target is not);
        sums alone are complete unless missing, and normal at 0.
    rules : Rules
        ``recist`` and ``response``.

    Returns
    -------
    DataFrame
        Sorted by patient and date: USUBJID, ADT, AVALC, CARRIED (PR held until PD), NADIR (mm, the
        smallest complete sum before), ANLRSN. AVALC is CARRIED if ``pr_carry_forward``.
    """
    rows = sums.sort_values(["USUBJID", "ADT"], kind="stable", ignore_index=True)
    patient = rows["USUBJID"]
    total, base = as_micrometres(rows["AVAL"]), as_micrometres(rows["BASE"])
    if "COMPLETE" not in rows:
        rows = rows.assign(COMPLETE=rows["AVAL"].notna(), NORMAL=total == 0, SEEN=total > 0)
    rows = rows.assign(SUM=total, BASELINE=base)
    nadir = _nadir_before(rows)
    limits = rules.recist

    complete = rows["COMPLETE"].to_numpy(bool)
    is_cr = complete & rows["NORMAL"].to_numpy(bool)
    reappeared = _earlier_in_patient(pd.Series(is_cr), patient) & rows["SEEN"].to_numpy(bool)
    reappeared &= rules.response.reappearance_after_cr_is_pd
    increased = (100 * total >= (100 + limits.pd_percent) * nadir) & (
        total - nadir >= as_micrometres(limits.pd_min_mm)
    )
    without_baseline = np.isnan(base)
    decreased = 100 * total <= (100 - limits.pr_percent) * base
    rule = np.select(
        [is_cr & ~without_baseline, reappeared, increased, without_baseline, ~complete, decreased],
        ["CR", "reappeared", "PD", "no baseline", "NE", "PR"],
        default="SD",
    ).astype(object)
    numerical = pd.Series(rule).replace({"reappeared": "PD", "no baseline": "NE"})
    carried = _carried(numerical.to_numpy(dtype=object), patient)
    words = {
        "CR": "every target absent, every node normal",
        "reappeared": "target disease again after CR",
        "PD": f"sum {limits.pd_percent} % and {limits.pd_min_mm} mm above the nadir",
        "no baseline": "no baseline sum",
        "NE": "a target not measured",
        "PR": f"sum {limits.pr_percent} % below baseline",
        "SD": "neither PR nor PD",
    }
    return pd.DataFrame(
        {
            "USUBJID": patient,
            "ADT": rows["ADT"],
            "AVALC": carried if rules.response.pr_carry_forward else numerical.to_numpy(object),
            "CARRIED": carried,
            "NADIR": as_millimetres(nadir),
            "ANLRSN": pd.Series(rule).map(words).to_numpy(object),
        }
    )


def sum_targets(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """Sum of target diameters at every assessment of every patient who has targets.

    A target that has no row at an assessment was not measured there. Lesions recorded as targets
    only after baseline do not enter the sum. Patients without a baseline assessment have sums over
    all their targets and no BASE.

    Parameters
    ----------
    lesions : DataFrame
        From `read_lesions`.
    anchors : Series of datetime64
        Anchor by USUBJID.

    Returns
    -------
    DataFrame
        One row per patient and assessment, sorted: USUBJID, ADT, AVAL (sum of the measured
        targets, mm), BASE, BASEDT, BASEWIN, NTARGET (measured), NEXPECT, COMPLETE, NORMAL, SEEN,
        SCANDT (last day on which a target was imaged), SCANROW (the lesion row that says so,
        `progression_rows`).
    """
    targets = lesions[lesions["ROLE"].eq("target")]
    followed = followed_lesions(lesions, "target", anchors, rules)
    without = ~targets["USUBJID"].isin(followed["USUBJID"])
    every = targets.loc[without, ["USUBJID", "LESID"]].drop_duplicates()
    followed = pd.concat([followed, every], ignore_index=True)
    expected = followed.groupby("USUBJID").size()

    rows = targets.merge(followed, on=["USUBJID", "LESID"])
    node_normal = as_micrometres(rules.recist.node_normal_mm)
    normal = np.where(rows["NODAL"], rows["DIAM"] < node_normal, rows["DIAM"] == 0)
    rows = rows.assign(
        NORMAL=normal & rows["MEASURED"],
        SEEN=~normal & rows["MEASURED"],
        MEASURED=rows["MEASURED"].astype(np.int64),
        LAST=latest_last(rows),
    )
    sums = rows.groupby(["USUBJID", "ADT"]).agg(
        SUM=("DIAM", "sum"),
        NTARGET=("MEASURED", "sum"),
        NORMAL=("NORMAL", "sum"),
        SEEN=("SEEN", "any"),
        LAST=("LAST", "max"),
    )
    visits = lesions.loc[lesions["USUBJID"].isin(expected.index), ["USUBJID", "ADT"]]
    visits = visits.drop_duplicates().sort_values(["USUBJID", "ADT"], ignore_index=True)
    sums = visits.merge(sums, how="left", on=["USUBJID", "ADT"])
    sums = sums.assign(
        NTARGET=sums["NTARGET"].fillna(0).astype(np.int64),
        NEXPECT=sums["USUBJID"].map(expected).astype(np.int64),
        SEEN=sums["SEEN"].eq(True),
    )
    sums["SCANDT"], sums["SCANROW"] = latest_scan(sums["LAST"])
    sums["COMPLETE"] = sums["NTARGET"].eq(sums["NEXPECT"])
    sums["NORMAL"] = sums["NORMAL"].eq(sums["NEXPECT"])
    sums["AVAL"] = as_millimetres(sums["SUM"].where(sums["NTARGET"].gt(0)))
    return _with_baseline(
        sums.drop(columns=["SUM", "LAST"]), find_baseline(lesions, anchors, rules)
    )


def _with_baseline(sums: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    sums = sums.merge(baseline, how="left", left_on="USUBJID", right_index=True)
    at_baseline = sums[sums["ADT"].eq(sums["BASEDT"])].set_index("USUBJID")["AVAL"]
    return sums.assign(BASE=sums["USUBJID"].map(at_baseline))
