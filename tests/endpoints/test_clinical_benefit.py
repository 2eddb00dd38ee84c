"""Disease control and clinical benefit at 16 weeks and six months."""
# ruff: noqa: E501  (a table is read as a table, however wide)

from analysis.endpoints.clinical_benefit import derive_cbr6m, derive_cbr16, derive_dcr

from .response_tables import answers, expected, frames, read_table

BENEFIT = read_table("""
| assessments, new therapy, death     | DCR | DCR day | CBR16 | CBR16 day | strict | CBR6M | because                                     |
|-------------------------------------|-----|---------|-------|-----------|--------|-------|---------------------------------------------|
| PR 56, PR 84                        | Y   | 56      | Y     | 56        | Y      | Y     | a confirmed PR                              |
| PR 56, PD 112                       | Y   | 56      | N     | -         | N      | N     | not confirmed, gone at 16 weeks             |
| PR 28, PD 70                        | Y   | 28      | N     | -         | N      | N     | a PR at any time controls the disease       |
| SD 56, PD 112                       | Y   | 56      | N     | -         | N      | N     | SD from day 42                              |
| SD 41, PD 90                        | N   | -       | N     | -         | N      | N     | SD too early                                |
| SD 42                               | Y   | 42      | N     | -         | N      | N     | day 42 is enough for DCR                    |
| SD 97                               | Y   | 97      | N     | -         | N      | N     | one day short of 112 - 14                   |
| SD 98                               | Y   | 98      | Y     | 98        | N      | N     | 112 - 14                                    |
| SD 56, SD 111                       | Y   | 56      | Y     | 111       | N      | N     | within the tolerance                        |
| SD 56, SD 112                       | Y   | 56      | Y     | 112       | Y      | N     | 16 whole weeks                              |
| SD 56, SD 182                       | Y   | 56      | Y     | 182       | Y      | N     | six months are 182.6 days                   |
| SD 56, SD 183                       | Y   | 56      | Y     | 183       | Y      | Y     | six months                                  |
| SD 56, PD 112, SD 168               | Y   | 56      | N     | -         | N      | N     | nothing after progression                   |
| PR 56, SD 112                       | Y   | 56      | Y     | 112       | Y      | N     | still controlled                            |
| NON-CR/NON-PD 56, NON-CR/NON-PD 112 | N   | -       | N     | -         | N      | N     | not a value that counts                     |
| PR 29, PR 57, NACT 90               | Y   | 29      | N     | -         | N      | N     | new therapy before the landmark             |
| PR 29, PR 57, DIED 111              | Y   | 29      | N     | -         | N      | N     | death the day before the landmark           |
| PR 29, PR 57, DIED 112              | Y   | 29      | Y     | 29        | Y      | N     | death at the landmark                       |
| PR 29, PR 57, NACT 111              | Y   | 29      | N     | -         | N      | N     | new therapy the day before the landmark     |
| PR 29, PR 57, NACT 112              | Y   | 29      | Y     | 29        | Y      | N     | new therapy at the landmark                 |
| SD 99, DIED 104                     | Y   | 99      | N     | -         | N      | N     | the scan may come early, the landmark not   |
| SD 99, NACT 104                     | Y   | 99      | N     | -         | N      | N     | likewise for new therapy                    |
| SD 99, DIED 112                     | Y   | 99      | Y     | 99        | N      | N     | early scan, alive until the landmark        |
| SD 99, PD 109                       | Y   | 99      | Y     | 99        | N      | N     | progression between is not asked about      |
| SD 56, SD 112, NACT 112             | Y   | 56      | N     | -         | N      | N     | the scan on the day of new therapy is out   |
| NE 112                              | N   | -       | N     | -         | N      | N     | not evaluable                               |
| -                                   | N   | -       | N     | -         | N      | N     | not assessed                                |
""")


def test_disease_control_and_clinical_benefit(rules):
    assessed = frames([row["assessments, new therapy, death"] for row in BENEFIT])
    control, at_16 = derive_dcr(*assessed, rules), derive_cbr16(*assessed, rules)
    strict, at_6m = derive_cbr16(*assessed, rules, strict=True), derive_cbr6m(*assessed, rules)
    assert answers(control, "AVALC", "ADT") == expected(BENEFIT, "DCR", "DCR day")
    assert answers(at_16, "AVALC", "ADT") == expected(BENEFIT, "CBR16", "CBR16 day")
    assert answers(strict, "AVALC") == expected(BENEFIT, "strict")
    assert answers(at_6m, "AVALC") == expected(BENEFIT, "CBR6M")


def test_the_tolerance_is_a_parameter(rules_with):
    assessed = frames(["SD 98", "SD 112"])
    rows = derive_cbr16(*assessed, rules_with({"cbr_tolerance_days": 0}))
    assert rows["AVALC"].tolist() == ["N", "Y"]


def test_the_tolerance_does_not_move_the_landmark(rules_with):
    """Death the day before day 112, with any tolerance."""
    for days in (0, 14, 50):
        rows = derive_cbr16(
            *frames(["PR 29, PR 57, DIED 111"]), rules_with({"cbr_tolerance_days": days})
        )
        assert rows["AVALC"].tolist() == ["N"]
        assert rows["ANLRSN"].tolist() == ["death before day 112"]


def test_six_months_fail_before_the_landmark_too(rules):
    """Day 183; there is no tolerance."""
    sequences = ["SD 183, DIED 182", "PR 29, PR 57, DIED 182", "PR 29, PR 57, DIED 183"]
    rows = derive_cbr6m(*frames(sequences), rules)
    assert rows["AVALC"].tolist() == ["N", "N", "Y"]


def test_the_words_that_say_why(rules):
    rows = derive_cbr16(*frames(["PR 56, PR 84", "SD 98", "SD 56", "PR 29, PR 57, DIED 90"]), rules)
    assert rows["ANLRSN"].tolist() == [
        "CR or PR",
        "SD on or after day 98",
        "no response that counts and no benefit from day 98",
        "death before day 112",
    ]
