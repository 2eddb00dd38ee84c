"""CUT.3: a delta is split by differences of written numbers; texts give a chain."""

# ruff: noqa: E501 - a table reads best with a row on a line

from decimal import Decimal

import pandas as pd
import pytest

from analysis.changes.headlines import HEADLINES, said_change, said_value, sentences
from analysis.changes.movers import MOVER_COLUMNS
from analysis.changes.records import RECORD_COLUMNS
from analysis.changes.split import STATES, share_of_rules, split_estimates
from analysis.estimates.rows import KEY
from tests.tables import table

# Values by state; NR, NE = printed text; a dash = no such number; ? = the state could not be made.
SPLITS = table(
    """
    | published | code | rules | corrections | follow_up | new_patients | delta | rule | corr | follow | new  | chain |
    | --------- | ---- | ----- | ----------- | --------- | ------------ | ----- | ---- | ---- | ------ | ---- | ----- |
    | 5.2       | 5.2  | 5.2   | 5.2         | 5.6       | 5.8          | 0.6   | 0    | 0    | 0.4    | 0.2  |       |
    | 5.2       | 5.3  | 5.1   | 5.1         | 5.1       | 5.1          | -0.1  | -0.1 | 0    | 0      | 0    |       |
    | 10        | 10   | 10    | 9           | 9         | 12           | 2     | 0    | -1   | 0      | 3    |       |
    | 0.3       | 0.3  | 0.3   | 0.1         | 0.1       | 0.2          | -0.1  | 0    | -0.2 | 0      | 0.1  |       |
    | 2e-175    | 2e-175 | 2e-175 | 0.05      | 0.05      | 0.06         | 0.06  | 0    | 0.05 | 0      | 0.01 |       |
    | 2e-175    | 2e-175 | 2e-175 | 2e-175    | 3e-175    | 3e-175       | 1E-175 | 0   | 0    | 1E-175 | 0    |       |
    | 1e-7      | 1e-7 | 1e-7  | 1e-7        | 1e-7      | 1            | 0.9999999 | 0 | 0   | 0      | 0.9999999 |  |
    | 5.2       | 5.2  | 5.2   | 5.2         | NR        | NR           |       |      |      |        |      | 5.2 -> NR [longer follow-up] |
    | NE        | NE   | NE    | NE          | NE        | 7            |       |      |      |        |      | NE -> 7 [new patients] |
    | -         | -    | -     | -           | -         | 3            |       |      |      |        |      | no such number -> 3 [new patients] |
    | 4         | 4    | 4     | 4           | -         | -            |       |      |      |        |      | 4 -> no such number [longer follow-up] |
    | 4         | 4    | 4     | NE          | 5         | 5            | 1     | 0    |      | 1      | 0    | 4 -> NE [corrections and late entry] -> 5 [longer follow-up] |
    | 4         | ?    | ?     | 5           | 5         | 6            | 2     |      | 1    | 0      | 1    | 4 -> 5 [corrections and late entry] -> 6 [new patients]; code and parameters: not separable |
    | 4         | ?    | 4     | 5           | 5         | 6            | 2     | 0    | 1    | 0      | 1    | 4 -> 5 [corrections and late entry] -> 6 [new patients]; code: not separable |
    """
)


def one(value):
    """Estimates of one number, as text."""
    if value == "?":
        return None
    columns = [*KEY, "stat", "stat_text", "warning"]
    if value == "-":
        return pd.DataFrame(columns=columns, dtype=object)
    key = dict.fromkeys(KEY, "") | {"output_id": "T1", "stat_name": "median"}
    text = value if value in ("NR", "NE") else ""
    row = key | {"stat": "" if text else value, "stat_text": text, "warning": ""}
    return pd.DataFrame([row], columns=columns, dtype=object)


@pytest.mark.parametrize("case", SPLITS, ids=lambda case: case["chain"] or case["delta"])
def test_a_delta_is_split_by_cause(case):
    [row] = split_estimates({name: one(case[name]) for name in STATES}).to_dict("records")
    parts = ("rule_change", "corrections", "follow_up", "new_patients")
    said = [row["delta"], *(row[part] for part in parts), row["chain"]]
    wanted = [case[name] or "" for name in ("delta", "rule", "corr", "follow", "new", "chain")]
    assert said == wanted
    if row["delta"]:
        assert sum(Decimal(row[part]) for part in parts if row[part]) == Decimal(row["delta"])


def test_a_reason_stands_beside_a_text_so_that_a_gate_is_named():
    closed = one("NE").assign(warning="fewer than 10 at risk")
    states = {name: one("7") for name in STATES} | {"published": closed}
    [row] = split_estimates(states).to_dict("records")
    assert row["chain"] == "NE (fewer than 10 at risk) -> 7 [code]"


def test_the_share_of_rules_is_the_smallest_and_largest_of_four_places():
    pairs = [
        (one(new), one(old)) for new, old in (("5", "4"), ("7", "4"), ("6", "5.5"), ("3", "3"))
    ]
    [row] = share_of_rules(pairs, one("5")).to_dict("records")
    assert (row["smallest"], row["largest"]) == ("0", "3")
    lost = [*pairs[:3], (one("NR"), one("3"))]
    [row] = share_of_rules(lost, one("5")).to_dict("records")
    assert (row["smallest"], row["largest"]) == ("", "")


SAID = table(
    """
    | value      | kind     | value is said | change is said |
    | ---------- | -------- | ------------- | -------------- |
    | 120        | patients | 120           | +120           |
    | 0          | patients | 0             | 0              |
    | 0.25833    | percent  | 25.8          | +25.8          |
    | -0.0107    | percent  | -1.1          | \N{MINUS SIGN}1.1 |
    | 0.0000001  | percent  | 0.0           | +less than 0.1 |
    | -0.0000001 | percent  | 0.0           | \N{MINUS SIGN}less than 0.1 |
    | 60.875     | months   | 2.0           | +2.0           |
    """
)


@pytest.mark.parametrize("case", SAID, ids=lambda case: f"{case['value']} {case['kind']}")
def test_numbers_are_said_as_they_are_read(case):
    assert said_value(case["value"], case["kind"]) == case["value is said"]
    assert said_change(case["value"], case["kind"]) == case["change is said"]


def headline(number, values):
    key = dict(zip(KEY, HEADLINES[number].key, strict=True))
    return {
        name: None if value is None else one(value).assign(**key)
        for name, value in zip(STATES, values, strict=True)
    }


def test_the_lines_name_parts_movers_and_what_was_deleted():
    states = headline(4, ["158.275", "158.275", "158.275", "158.275", "170.45", "176.5375"])
    moved = [
        (
            *("P0031", "PFS status", "censored: Alive", "event: Progression"),
            *("follow_up", "tumour_lesions.csv", "812", "", "new"),
        )
    ]
    gone = ("ecog", "P0002|2023-01-01", "deleted", "", "", "", "S01", "P0002", "deleted")
    said = sentences(
        split_estimates(states),
        pd.DataFrame(moved, columns=list(MOVER_COLUMNS), dtype=object),
        pd.DataFrame([(*gone, "ecog.csv", 4)], columns=list(RECORD_COLUMNS), dtype=object),
    )
    assert said == [
        "Median PFS 5.8 months, was 5.2 months: +0.4 months by longer follow-up, "
        "+0.2 months by new patients.",
        "1 row of the earlier extract no longer there: 1 in ecog.",
        "P0031: PFS moved from censored to progression, tumour_lesions.csv line 812, "
        "by longer follow-up.",
    ]
