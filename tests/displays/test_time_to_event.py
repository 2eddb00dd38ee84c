"""Kaplan-Meier figures: who stands at risk under a tick, and what the words beside it say."""

import pandas as pd

from analysis.displays.kaplan_meier import kaplan_meier_figure
from analysis.outputs.overall_survival.kaplan_meier_curves import numbers as os_curves
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules(estimation={"min_at_risk": 1})
# A month is 30.4375 days in the plan, so month 12 ends on day 365.25 and month 4 on day 121.75.
ON_THE_TICKS = """
    | USUBJID | AVAL | CNSR |
    | P1      | 20   | 0    |
    | P2      | 363  | 0    |
    | P3      | 487  | 1    |
    | P4      | 500  | 1    |
"""


def drawing(drawn: str, rules=RULES):
    adtte = frame(drawn, numbers="AVAL CNSR").assign(PARAMCD="OS")
    adsl = pd.DataFrame({"USUBJID": adtte["USUBJID"], "TRTGRP1": "TG", "TRTFL": "Y"})
    rows = os_curves(known_from_the_start({"adsl": adsl, "adtte": adtte}), rules)
    return kaplan_meier_figure(rows, rules, "OS", "Overall survival")


def risk_texts(figure) -> list[str]:
    """What stands under the ticks, from left to right."""
    below = figure.figure.axes[1]
    found = [text for text in below.texts if "(" in text.get_text() and "[" in text.get_text()]
    found = [text for text in found if text.get_text()[0].isdigit()]
    return [text.get_text() for text in sorted(found, key=lambda text: text.get_position()[0])]


def test_a_patient_is_at_risk_on_the_day_of_the_own_event():
    """Ticks at 0, 3, ... 18 months; a month of 30 days puts the ticks on whole days."""
    thirty = plan_rules(estimation={"month_days": 30, "min_at_risk": 1})
    on_day_90 = """
        | USUBJID | AVAL | CNSR |
        | P1      | 90   | 0    |
        | P2      | 90   | 1    |
        | P3      | 180  | 0    |
    """
    assert risk_texts(drawing(on_day_90, thirty)) == ["3 (0) [0]", "3 (0) [0]", "1 (1) [1]"]


def test_the_words_say_survival_at_the_months_of_the_plan():
    """P2 died on day 363, within 12 months (365.25 days): half are left, not three quarters."""
    assert "75.0% at 9 months, 50.0% at 12 months" in drawing(ON_THE_TICKS).alt
