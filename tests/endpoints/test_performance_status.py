"""ECOG and PROMIS-29 at baseline. SAP section 5."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pytest

from analysis.endpoints.performance_status import baseline_records
from tests.tables import as_text, frame, plan_rules, raw_frame, table

# Consent 2023-01-01. Treated patients: anchor = first dose 2023-03-15. Untreated: anchor = the
# board's date 2023-03-15. 42 days before it is 2023-02-01; 14 days after it is 2023-03-29.
BASELINES = table(
    """
    | situation                                | treated | records                           | baseline   | older than 42 days |
    | on the anchor                            | yes     | 2023-03-15                        | 2023-03-15 | no                 |
    | the last before the anchor               | yes     | 2023-03-01, 2023-03-10            | 2023-03-10 | no                 |
    | one before, one after                    | yes     | 2023-03-01, 2023-03-16            | 2023-03-01 | no                 |
    | after the anchor only                    | yes     | 2023-03-16                        |            |                    |
    | 42 days before                           | yes     | 2023-02-01                        | 2023-02-01 | no                 |
    | 43 days before                           | yes     | 2023-01-31                        | 2023-01-31 | yes                |
    | on the day of consent                    | yes     | 2023-01-01                        | 2023-01-01 | yes                |
    | before consent                           | yes     | 2022-12-31                        |            |                    |
    | none                                     | yes     |                                   |            |                    |
    | never treated, before                    | no      | 2023-03-10, 2023-03-20            | 2023-03-10 | no                 |
    | never treated, within 14 days after      | no      | 2023-03-29                        | 2023-03-29 | no                 |
    | never treated, the first of those after  | no      | 2023-03-25, 2023-03-20            | 2023-03-20 | no                 |
    | never treated, 15 days after             | no      | 2023-03-30                        |            |                    |
    | never treated, before consent and after  | no      | 2022-12-31, 2023-03-16            | 2023-03-16 | no                 |
    """
)


@pytest.mark.parametrize("case", BASELINES, ids=lambda case: case["situation"])
def test_the_baseline(case):
    dates = case["records"].split(", ") if case["records"] else []
    records = raw_frame(
        "ecog",
        [
            {"patient_id": "P1", "assessment_date": date, "ecog": str(n)}
            for n, date in enumerate(dates)
        ],
    )
    adsl = frame(
        f"""
        | USUBJID | CONSDT     | ANCHORDT   | TRTSDT                                       |
        | P1      | 2023-01-01 | 2023-03-15 | {"2023-03-15" if case["treated"] == "yes" else ""} |
        """,
        dates="CONSDT ANCHORDT TRTSDT",
    )
    found = baseline_records(records.iloc[::-1], adsl, "assessment_date", plan_rules())
    if case["baseline"] is None:
        assert len(found) == 0
    else:
        assert as_text(found.loc["P1", "assessment_date"]) == case["baseline"]
        assert found.loc["P1", "ecog"] == dates.index(case["baseline"])
        assert bool(found.loc["P1", "old"]) == (case["older than 42 days"] == "yes")


def test_the_days_after_the_anchor_are_a_rule():
    records = raw_frame(
        "ecog", [{"patient_id": "P1", "assessment_date": "2023-03-30", "ecog": "1"}]
    )
    adsl = frame(
        """
        | USUBJID | CONSDT     | ANCHORDT   | TRTSDT |
        | P1      | 2023-01-01 | 2023-03-15 |        |
        """,
        dates="CONSDT ANCHORDT TRTSDT",
    )
    rules = plan_rules(visits={"untreated_baseline_days": 15})
    assert list(baseline_records(records, adsl, "assessment_date", rules)["ecog"]) == [1]


def test_without_any_record_there_is_no_baseline():
    adsl = frame(
        """
        | USUBJID | CONSDT     | ANCHORDT   | TRTSDT |
        | P1      | 2023-01-01 | 2023-03-15 |        |
        """,
        dates="CONSDT ANCHORDT TRTSDT",
    )
    found = baseline_records(raw_frame("ecog", []), adsl, "assessment_date", plan_rules())
    assert len(found) == 0
