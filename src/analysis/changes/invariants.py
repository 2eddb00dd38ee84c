"""What must not happen between two cuts: a death that disappears, a progression that moves later.

The old extract under the new rules is held against the new extract at the old cutoff, so that a
change of rules raises none.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.datasets import with_screened


def broken_invariants(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]
) -> list[str]:
    """One sentence for each; sorted by patient."""
    old, new = with_screened(before), with_screened(after)
    said = []
    was, now = (data["adsl"].set_index("USUBJID") for data in (old, new))
    if len(now) < len(was):
        lost = ", ".join(sorted(set(was.index) - set(now.index))[:10])
        said.append(
            f"Fewer enrolled: {len(was)} by the earlier cutoff, now {len(now)}; no longer there: "
            f"{lost}."
        )
    dead = was.index[was["DTHFL"].eq("Y").fillna(False)]
    for patient in sorted(dead):
        if patient not in now.index or now.at[patient, "DTHFL"] != "Y":
            said.append(f"{patient}: a death that the earlier extract had has disappeared.")
    first, second = _progressions(old), _progressions(new)
    for patient in sorted(first.index):
        date = second.get(patient)
        if date is None or date > first[patient]:
            to = "is gone" if date is None else f"moved later, to {date.date()}"
            said.append(f"{patient}: the progression of {first[patient].date()} {to}.")
    return said


def _progressions(data: dict[str, pd.DataFrame]) -> pd.Series:
    times = data["adtte"]
    events = times[times["PARAMCD"].eq("PFS") & times["CNSR"].eq(0)]
    events = events[events["EVNTDESC"].str.startswith("Progression")]
    return events.set_index("USUBJID")["ADT"]
