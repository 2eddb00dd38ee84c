"""Confirmation of CR and PR: which later visit confirms, and what may stand between."""
# ruff: noqa: E501  (a table is read as a table, however wide)

from analysis.endpoints.best_overall_response import derive_cbor
from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.objective_response import derive_rsp

from .response_tables import answers, expected, frames, read_table

DEFAULT = read_table("""
| assessments                        | CRSP | first | confirmed | because                                           |
|------------------------------------|------|-------|-----------|---------------------------------------------------|
| PR 56, PR 84                       | Y    | 56    | 84        | 28 days after, inclusive                          |
| PR 56, PR 83                       | N    | -     | -         | 27 days are too few                               |
| PR 56, PR 63, PR 84                | Y    | 56    | 84        | any later visit may confirm                       |
| PR 56, CR 84                       | Y    | 56    | 84        | a CR confirms a PR                                |
| CR 56, CR 84                       | Y    | 56    | 84        | a CR confirms a CR                                |
| CR 56, CR 70                       | N    | -     | -         | 14 days are too few                               |
| CR 56, CR 70, CR 84                | Y    | 56    | 84        | only CR between                                   |
| PR 56, NE 70, PR 84                | Y    | 56    | 84        | one NE between                                    |
| PR 56, NE 63, NE 70, PR 84         | N    | -     | -         | two NE between                                    |
| CR 56, NE 84, CR 112               | Y    | 56    | 112       | one NE between                                    |
| PR 56, SD 84, PR 112               | N    | -     | -         | no SD between                                     |
| PR 56, SD 84, PR 112, PR 140       | Y    | 112   | 140       | the later pair                                    |
| PR 56, PD 84, PR 112               | N    | -     | -         | nothing after progression                         |
| PR 56, CR 70, CR 98                | Y    | 56    | 98        | PR-CR-CR: the PR first                            |
| PR 56, NON-CR/NON-PD 70, PR 112    | N    | -     | -         | breaks the run                                    |
| SD 56, PR 84                       | N    | -     | -         | seen once                                         |
| SD 56                              | N    | -     | -         | no response                                       |
| -                                  | N    | -     | -         | no assessment                                     |
| PR 56, NE 70, NE 77, PR 84, PR 112 | Y    | 84    | 112       | the NE stand before the pair                      |
""")

ACCEPT_SD = read_table("""
| assessments                | CRSP | first | confirmed | because                    |
|----------------------------|------|-------|-----------|----------------------------|
| PR 56, SD 84, PR 112       | Y    | 56    | 112       | one SD is accepted         |
| PR 56, SD 70, SD 84, PR 112 | N   | -     | -         | two are not                |
| CR 56, SD 84, CR 112       | N    | -     | -         | never between two CR       |
| PR 56, SD 70, NE 84, CR 112 | Y   | 56    | 112       | one SD and one NE          |
""")

# As recorded, so that the lesser response after the CR is no progression: what the definition says.
AS_RECORDED = read_table("""
| assessments                | CRSP | first | confirmed | because                                    |
|----------------------------|------|-------|-----------|--------------------------------------------|
| PR 56, CR 70, PR 112       | N    | -     | -         | PR-CR-PR does not confirm the first PR     |
| PR 56, CR 70, PR 84, CR 112 | Y   | 84    | 112       | only the second PR is confirmed            |
| CR 56, PR 70, CR 112       | Y    | 70    | 112       | the PR by the CR; the two CR are no pair   |
| CR 56, PR 63, CR 80        | N    | -     | -         | only CR may stand between two CR           |
""")

NR_NE = read_table("""
| assessments                | 0 NE | 1 NE | 2 NE |
|----------------------------|------|------|------|
| PR 56, PR 84               | Y    | Y    | Y    |
| PR 56, NE 70, PR 84        | N    | Y    | Y    |
| PR 56, NE 63, NE 70, PR 84 | N    | N    | Y    |
| PR 56, PR 84, NE 90, PR 112 | Y   | Y    | Y    |
""")


def check(table, rules):
    rows = derive_crsp(*frames([row["assessments"] for row in table]), rules)
    columns = expected(table, "CRSP", "first", "confirmed")
    assert answers(rows, "AVALC", "ADT", "CONFDT") == columns


def test_default_rules(rules):
    check(DEFAULT, rules)


def test_one_sd_between(rules_with):
    check(ACCEPT_SD, rules_with({"accept_sd": True}))


def test_no_pr_after_a_cr_on_the_way(rules_with):
    check(AS_RECORDED, rules_with({"cr_then_lesser": "as_recorded"}))


def test_number_of_ne_between(rules_with):
    sequences = frames([row["assessments"] for row in NR_NE])
    for number in (0, 1, 2):
        rows = derive_crsp(*sequences, rules_with({"max_nr_ne": number}))
        assert answers(rows, "AVALC") == expected(NR_NE, f"{number} NE")


def test_days_to_confirm(rules_with):
    sequences = frames(["PR 56, PR 70"])
    assert derive_crsp(*sequences, rules_with({"confirm_days": 14}))["AVALC"].tolist() == ["Y"]
    assert derive_crsp(*sequences, rules_with({"confirm_days": 15}))["AVALC"].tolist() == ["N"]


def test_confirmed_response_and_confirmed_best_response_agree(rules):
    sequences = frames([row["assessments"] for row in DEFAULT])
    responded = derive_crsp(*sequences, rules)["AVALC"].eq("Y")
    best = derive_cbor(*sequences, rules)["AVALC"].isin(["CR", "PR"])
    assert responded.tolist() == best.tolist()


def test_objective_response_needs_no_confirmation(rules):
    rows = derive_rsp(*frames(["SD 28, PR 56, CR 84", "SD 56, PD 84, PR 112", "-"]), rules)
    assert answers(rows, "AVALC", "ADT", "ANLRSN") == [
        ("Y", "56", "PR at any time"),
        ("N", "-", "no CR or PR"),
        ("N", "-", "no CR or PR"),
    ]


def test_the_words_that_say_why(rules):
    rows = derive_crsp(*frames(["CR 56, CR 84", "PR 56, PR 84", "PR 56", "SD 56"]), rules)
    words = ["CR confirmed", "PR confirmed", "CR or PR not confirmed", "no CR or PR"]
    assert rows["ANLRSN"].tolist() == words
