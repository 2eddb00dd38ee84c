"""Raw lesion rows for tests: assessment 0 is baseline, seven days before the first dose."""

import numpy as np
import pandas as pd

ANCHOR = pd.Timestamp("2022-03-01")
WORDS = {"x": "not_evaluable", "s": "too_small"}


def visit_date(number):
    """Baseline at -7 days, then every 56 days."""
    return ANCHOR + pd.Timedelta(days=-7 if number == 0 else 56 * number)


def lesion(patient, visit, name, what, *, nodal=False, scan=None, organ=None, method="ct"):
    """One row. A number is a target's diameter; T, NT and N in `name` give the role."""
    role = "target" if name.startswith("T") else "non_target" if name.startswith("NT") else "new"
    try:
        diameter = float(what)
        status = "absent" if diameter == 0 else "measured"
    except ValueError:
        diameter, status = np.nan, WORDS.get(what, what)
    day = visit if isinstance(visit, pd.Timestamp) else visit_date(visit)
    return {
        "patient_id": patient,
        "visit": "unscheduled",
        "assessment_date": day,
        "scan_date": pd.NaT if scan is None else day + pd.Timedelta(days=scan),
        "lesion_id": name,
        "lesion_role": role,
        "organ": organ or ("lymph node" if nodal else "liver"),
        "nodal": "Y" if nodal else "N",
        "diameter_mm": diameter,
        "status": status,
        "method": method,
    }


def assessments(rows):
    """Typed raw frame with the line in the file."""
    columns = list(lesion("P1", 0, "T1", 10))
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("assessment_date", "scan_date"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    frame["diameter_mm"] = frame["diameter_mm"].astype("float64")
    return frame.assign(line=np.arange(2, 2 + len(frame), dtype=np.int64))
