"""Tumour lesions: selection and size of targets, and rows that contradict each other.

All plausibility (RECIST 1.1 sections 3.1.1, 4.2 and 4.3.2): the derivation has a rule for each.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.endpoints.lesions import (
    INVESTIGATOR,
    baseline_target_violations,
    of_assessor,
    read_lesions,
)
from analysis.endpoints.tumour_baseline import find_baseline, followed_lesions
from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

LESIONS = Family("lesion")
TABLE = "tumour_lesions"
# A node that has shrunk this far is normal, but is easily recorded as disease that is still there.
SMALL_NODE_MM = (4, 9.5)


def usable_lesions(study: Study) -> pd.DataFrame:
    """Rows of tumour_lesions of which patient, date and lesion are known, nothing in doubt."""
    needed = ["patient_id", "assessment_date", "lesion_id", "lesion_role"]
    rows = study.table(TABLE, *needed, "scan_date", "organ", "nodal", "diameter_mm", "status")
    study.table(TABLE, "method", "visit")
    # the investigator's drive the endpoints; what others read is theirs alone
    mine = of_assessor(rows, INVESTIGATOR)
    return study.once(("usable",), lambda: study.settled(mine.dropna(subset=needed)))


def read_usable(study: Study) -> pd.DataFrame:
    """The same rows in analysis names, as the endpoints take them."""
    return study.once(("read",), lambda: read_lesions(usable_lesions(study), study.rules))


def _violations(study: Study) -> pd.DataFrame:
    """Baseline targets that break a rule of selection: line and VIOLATION."""
    rows = read_usable(study)
    baseline = find_baseline(rows, study.first_doses, study.rules)["BASEDT"]
    targets = rows[rows["ROLE"].eq("target") & rows["ADT"].eq(rows["USUBJID"].map(baseline))]
    return baseline_target_violations(targets, study.rules)


def _selection(study: Study, violation: str) -> pd.DataFrame:
    """Raw rows of baseline targets that break one rule of selection."""
    broken = study.once(("violations",), lambda: _violations(study))
    raw = usable_lesions(study)
    return raw[raw["line"].isin(broken.loc[broken["VIOLATION"].eq(violation), "line"])]


@LESIONS.rule("too_many_targets", WARNING, TABLE, "At most five target lesions are selected.")
def too_many_targets(study: Study) -> Iterator[Found]:
    """Baseline targets beyond the number, in the order of lesion_id."""
    rows = _selection(study, "max_total")
    most = study.rules.recist.max_targets
    message = f"Target {{lesion_id}} is beyond the {most} that RECIST 1.1 allows."
    yield Found(TABLE, rows, "lesion_id", message)


@LESIONS.rule(
    "too_many_targets_per_organ",
    WARNING,
    TABLE,
    "At most two target lesions are selected per organ; all lymph nodes are one organ.",
)
def too_many_targets_per_organ(study: Study) -> Iterator[Found]:
    """Baseline targets beyond the number of an organ."""
    rows = _selection(study, "max_per_organ")
    most = study.rules.recist.max_targets_per_organ
    message = f"Target {{lesion_id}} is beyond the {most} allowed per organ ({{organ}})."
    yield Found(TABLE, rows, "organ", message)


@LESIONS.rule(
    "target_not_measurable",
    WARNING,
    TABLE,
    "A target is measurable at baseline: 10 mm (20 mm on X-ray), a node 15 mm in short axis.",
)
def target_not_measurable(study: Study) -> Iterator[Found]:
    """Baseline targets that are too small."""
    sizes = study.rules.recist
    for violation, least in (
        ("min_mm", f"{sizes.measurable_mm} mm, {sizes.measurable_xray_mm} mm on X-ray"),
        ("min_node_mm", f"{sizes.measurable_node_mm} mm in short axis for a node"),
    ):
        rows = _selection(study, violation)
        message = f"Target {{lesion_id}} measures {{diameter_mm}} mm at baseline; least {least}."
        yield Found(TABLE, rows, "diameter_mm", message)


@LESIONS.rule(
    "status_contradicts_diameter", WARNING, TABLE, "Diameter and status of a lesion agree."
)
def status_contradicts_diameter(study: Study) -> Iterator[Found]:
    """Absent with a size, not evaluable with a size, a measured target without one."""
    rows = study.table(TABLE, "lesion_role", "status", "diameter_mm")
    size = rows["diameter_mm"]
    contradicts = (
        (rows["status"].eq("absent") & size.gt(0))
        | (rows["status"].eq("not_evaluable") & size.notna())
        | (rows["lesion_role"].eq("target") & rows["status"].eq("measured") & size.isna())
    )
    rows = pick(rows, contradicts)
    rows = rows.assign(size=[f"{mm:g} mm" if mm == mm else "no size" for mm in rows["diameter_mm"]])
    yield Found(TABLE, rows, "diameter_mm", "Status {status} with {size}.")


@LESIONS.rule(
    "identity_changes",
    WARNING,
    TABLE,
    "Role, organ and kind of a lesion stay what they first were.",
)
def identity_changes(study: Study) -> Iterator[Found]:
    """Rows that differ from the first row of the same lesion."""
    rows = usable_lesions(study)
    rows = rows.sort_values(["assessment_date", "line"], kind="stable")
    first = rows.groupby(["patient_id", "lesion_id"], sort=False)
    for column in ("lesion_role", "organ", "nodal"):
        before = first[column].transform("first")
        # A new lesion is followed as a non-target later on; that is not a change of identity.
        changed = before.notna() & rows[column].notna() & before.ne(rows[column])
        if column == "lesion_role":
            changed &= before.ne("new")
        found = rows.assign(before=before)[changed]
        message = f"{column} of lesion {{lesion_id}} was {{before}}, now {{{column}}}."
        yield Found(TABLE, found, column, message)


@LESIONS.rule(
    "target_not_followed", WARNING, TABLE, "Each baseline target has a row at every assessment."
)
def target_not_followed(study: Study) -> Iterator[Found]:
    """Assessments at which a target is absent from the table: the sum cannot be made."""
    study.whole_table(TABLE, "patient_id")
    rows = read_usable(study)
    expected = followed_lesions(rows, "target", study.first_doses, study.rules)
    visits = rows.drop_duplicates(["USUBJID", "ADT"])[["USUBJID", "ADT"]]
    first_line = rows.groupby(["USUBJID", "ADT"])["line"].min()
    visits = visits[visits["ADT"] > visits["USUBJID"].map(study.first_doses)]
    pairs = visits.merge(expected, on="USUBJID")
    seen = pd.MultiIndex.from_frame(rows[["USUBJID", "ADT", "LESID"]])
    absent = pairs[~pd.MultiIndex.from_frame(pairs[["USUBJID", "ADT", "LESID"]]).isin(seen)]
    at = pd.MultiIndex.from_frame(absent[["USUBJID", "ADT"]])
    found = pd.DataFrame(
        {
            "patient_id": absent["USUBJID"].to_numpy(),
            "line": first_line.reindex(at).to_numpy(dtype=np.int64),
            "lesion_id": absent["LESID"].to_numpy(),
            "date": absent["ADT"].to_numpy(),
        }
    )
    message = (
        "Target {lesion_id} has no row at the assessment of {date}; not_evaluable if not seen."
    )
    yield Found(TABLE, found, "lesion_id", message)


@LESIONS.rule(
    "target_after_baseline", WARNING, TABLE, "Targets are selected at baseline, none later."
)
def target_after_baseline(study: Study) -> Iterator[Found]:
    """First rows of targets that were not there when treatment started."""
    study.whole_table(TABLE, "patient_id")
    rows = usable_lesions(study)
    targets = rows[rows["lesion_role"].eq("target")]
    targets = targets.sort_values(["assessment_date", "line"], kind="stable")
    first = targets.drop_duplicates(["patient_id", "lesion_id"])
    # Without any earlier row there is no baseline at all, which has its own rule.
    earliest = first["patient_id"].map(rows.groupby("patient_id")["assessment_date"].min())
    dose = first["patient_id"].map(study.first_doses)
    late = (first["assessment_date"] > dose) & (first["assessment_date"] > earliest)
    message = "Target {lesion_id} is first recorded {assessment_date}, after the first dose."
    yield Found(TABLE, pick(first, late), "lesion_id", message)


@LESIONS.rule(
    "small_node",
    WARNING,
    TABLE,
    "A target node of 4 to 9.5 mm is normal: it counts as complete response of that lesion.",
)
def small_node(study: Study) -> Iterator[Found]:
    """Nodes that are normal by size after the start of treatment; each once, at its first."""
    rows = usable_lesions(study)
    least, most = SMALL_NODE_MM
    which = rows["lesion_role"].eq("target") & rows["nodal"].eq("Y")
    which &= rows["diameter_mm"].between(least, most) & rows["status"].eq("measured")
    which &= rows["assessment_date"] > rows["patient_id"].map(study.first_doses)
    message = "Node {lesion_id} measures {diameter_mm} mm: below 10 mm it is normal."
    small = pick(rows, which).sort_values(["assessment_date", "line"])
    first = ~small.duplicated(["patient_id", "lesion_id"])
    yield Found(TABLE, pick(small, first), "diameter_mm", message)
