"""Rates of adverse events: events over the time in which they could be seen."""

import pandas as pd
import pytest

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.safety.columns import SafetyColumn, add_incidence
from tests.tables import frame, plan_rules

RULES = plan_rules()
# Two patients, 304.375 days at risk: 10 months. One of three events lies outside of that time.
EVENTS = """
    | USUBJID | OBSFL |
    | P1      | Y     |
    | P1      |       |
    | P2      | Y     |
"""


def test_the_rate_counts_the_events_of_the_time_at_risk_behind_it():
    events = frame(EVENTS)
    column = SafetyColumn("TG", "SAFFL", pd.Series(["P1", "P2"]), 304, events)
    rows = EstimateRows("T14.3.1.1", "SAFFL")
    add_incidence(rows, Cell("incidence", "TG"), column, events, RULES)
    assert rows.value(Cell("incidence", "TG"), "n_events") == 3
    rate = Cell("incidence, rate", "TG")
    per = RULES.safety.rate_per_months
    months = 304 / 30.4375
    assert rows.value(rate, "n_events") == 2
    assert rows.value(rate, "estimate") == pytest.approx(2 * per / months)
    # exact limits of two events: 0.2422 and 7.2247 (Garwood)
    assert rows.value(rate, "ci_low") == pytest.approx(0.2422 * per / months, rel=1e-3)
    assert rows.value(rate, "ci_high") == pytest.approx(7.2247 * per / months, rel=1e-4)
