"""Numbers below a curve have room, however long the follow-up."""

import pandas as pd
import pytest

from analysis.displays.kaplan_meier import _months_below


class Estimates:
    def __init__(self, months):
        visits = [f"{month} months" for month in range(0, months + 1, 3)]
        self.frame = pd.DataFrame({"analysis_id": "OS", "parameter": "At risk", "visit": visits})


@pytest.mark.parametrize(
    ("months", "ticks"),
    [(12, [0, 3, 6, 9, 12]), (18, [0, 3, 6, 9, 12, 15, 18]), (54, [0, 9, 18, 27, 36, 45, 54])],
)
def test_as_many_ticks_as_have_room(months, ticks):
    assert list(_months_below(Estimates(months), "OS").values()) == ticks
