"""No time to event without a case: each parameter stands in a test that a clinician can read."""

from pathlib import Path

import pytest

from analysis.endpoints.time_parameters import TIMES
from schemas.terminology import ADTTE_PARAMCD

TESTS = Path(__file__).parents[1]
CASES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("endpoints", "datasets", "importing")
    for path in sorted((TESTS / folder).glob("*.py"))
    if path != Path(__file__)
)


@pytest.mark.parametrize("paramcd", [time.paramcd for time in TIMES])
def test_a_time_stands_in_a_test(paramcd):
    families = {"TTD": "derive_deterioration", "LIM": "taken_as_alive"}
    family = next((f for f in families if paramcd.startswith(f) or paramcd.endswith(f)), None)
    assert families.get(family, paramcd) in CASES, (
        f"no case for {paramcd}: draw a table of stories and times in tests/endpoints/"
    )


def test_declared_times_are_those_that_the_schema_allows():
    declared, allowed = {time.paramcd for time in TIMES}, set(ADTTE_PARAMCD)
    assert not (more := allowed - declared), (
        f"{sorted(more)}: add a TimeParameter in src/analysis/endpoints/time_parameters.py"
    )
    assert not (more := declared - allowed), (
        f"{sorted(more)}: add it to ADTTE_PARAMCD in schemas/terminology.py"
    )
