"""No estimate of a shipped cut changes unless somebody means it (`make golden`, CHANGELOG.md)."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.estimates.rows import COLUMNS, KEY
from tests.golden import CUTS, as_written, differences, read_golden

SHOWN = 40


@pytest.mark.parametrize("cut", CUTS)
def test_every_estimate_is_what_it_was(cut, shipped_outputs):
    found = differences(read_golden(cut), as_written(shipped_outputs(cut)[1]))
    shown = "\n".join(str(difference) for difference in found[:SHOWN])
    assert not found, (
        f"{cut}: {len(found)} differences to the golden estimates. Where they are meant, list them "
        f"in CHANGELOG.md by the item that made them and run `make golden`.\n{shown}"
    )


def estimates(**changed: str) -> pd.DataFrame:
    row = dict.fromkeys(COLUMNS, "") | {
        "output_id": "T14.2.5.1",
        "group": "TG",
        "stat_name": "median",
        "stat": "123.456789012",
        "row": "1",
    }
    return pd.DataFrame([row | changed])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stat": "123.456789013"}, []),  # within a relative 1e-9
        ({"row": "2"}, []),
        ({"stat": "123.45679"}, ["stat: was 123.456789012, is 123.45679"]),
        (
            {"stat": "", "stat_text": "NR"},
            ["stat: was 123.456789012, is empty", "stat_text: was empty, is NR"],
        ),
        ({"warning": "few"}, ["warning: was empty, is few"]),
        ({"group": "TN"}, ["row: was there, is no row", "row: was no row, is 123.456789012"]),
    ],
)
def test_a_difference_names_key_was_and_is(changed, said):
    found = differences(estimates(), estimates(**changed))
    assert [str(difference).split("\n")[1].strip() for difference in found] == said
    assert all(difference.key[0] == "T14.2.5.1" for difference in found)
    assert len(KEY) == len(differences(estimates(), estimates(group="TN"))[0].key)
