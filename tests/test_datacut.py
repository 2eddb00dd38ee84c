"""The data cut: what was known on the cutoff, and nothing later.

Cutoff in every hand-made case: 2023-06-30, that whole day included. Expected cells are drawn
beside those recorded.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import datetime as dt
import itertools
import re

import pandas as pd
import pytest

from analysis import datacut
from analysis.datacut import RULES, apply_cut
from analysis.dates import earliest
from analysis.errors import DerivationError
from schemas.raw import RAW_TABLES
from schemas.terminology import REQUIRED_TABLES
from tests.tables import as_text, raw, raw_frame, table, tiny_extracts

CUTOFF = dt.date(2023, 6, 30)
ON, AFTER = "2023-06-30", "2023-07-01"
PATIENTS = """
    | patient_id | consent_date | enrolment_date |
    | P1         | 2023-01-01   | 2023-01-01     |
    | P2         | 2023-01-01   | 2023-01-01     |
    | P3         | 2023-01-01   | 2023-01-01     |
"""


def cut(**drawn):
    return apply_cut(raw(**{"patients": PATIENTS, **drawn}), CUTOFF)


def cells(frame: pd.DataFrame, columns) -> list[dict]:
    return [{c: as_text(row[c]) for c in columns} for _, row in frame.iterrows()]


# --- when a row begins ---------------------------------------------------------------------------
# The date that decides is written DAY: on the cutoff the row stays, the day after it goes.
BEGINS = {
    ("patients", "enrolment"): dict(
        patients="| patient_id | consent_date | enrolment_date |\n | P1 | 2023-01-01 | DAY |"
    ),
    ("patients", "consent"): dict(
        patients="| patient_id | consent_date | enrolment_date |\n | P1 | DAY | 2023-01-01 |"
    ),
    ("prior_treatments", "start"): dict(
        prior_treatments="| patient_id | line | start_date |\n | P1 | 1 | DAY |"
    ),
    ("biopsies", "collection"): dict(
        biopsies="| patient_id | specimen_id | collection_date |\n | P1 | SP1 | DAY |"
    ),
    ("sequencing", "collection of its specimen"): dict(
        biopsies="| patient_id | specimen_id | collection_date |\n | P1 | SP1 | DAY |",
        sequencing="| patient_id | test_id | specimen_id |\n | P1 | T1 | SP1 |",
    ),
    ("variants", "report of its test"): dict(
        biopsies="| patient_id | specimen_id | collection_date |\n | P1 | SP1 | 2023-05-01 |",
        sequencing="| patient_id | test_id | specimen_id | report_date |\n | P1 | T1 | SP1 | DAY |",
        variants="| patient_id | test_id | variant_id |\n | P1 | T1 | V1 |",
    ),
    ("mtb_reviews", "review"): dict(
        mtb_reviews="| patient_id | review_id | review_date |\n | P1 | R1 | DAY |"
    ),
    ("mtb_recommendations", "its review"): dict(
        mtb_reviews="| patient_id | review_id | review_date |\n | P1 | R1 | DAY |",
        mtb_recommendations="| patient_id | review_id | recommendation_id |\n | P1 | R1 | RC1 |",
    ),
    ("mtb_decisions", "decision"): dict(
        mtb_decisions="| patient_id | recommendation_id | decision_date |\n | P1 | RC1 | DAY |"
    ),
    ("mtb_decisions", "its recommendation, where it has no date"): dict(
        mtb_reviews="| patient_id | review_id | review_date |\n | P1 | R1 | DAY |",
        mtb_recommendations="| patient_id | review_id | recommendation_id |\n | P1 | R1 | RC1 |",
        mtb_decisions="| patient_id | recommendation_id | decision_date | decision |\n | P1 | RC1 | | pending |",
    ),
    ("treatments", "first administration"): dict(
        treatments="| patient_id | regimen_id | start_date |\n | P1 | RG1 | DAY |"
    ),
    ("tumour_lesions", "assessment"): dict(
        tumour_lesions="| patient_id | lesion_id | assessment_date |\n | P1 | L1 | DAY |"
    ),
    ("tumour_lesions", "scan of a lesion later than its assessment"): dict(
        tumour_lesions="| patient_id | lesion_id | assessment_date | scan_date |\n | P1 | L1 | 2023-06-25 | DAY |"
    ),
    ("tumour_responses", "assessment"): dict(
        tumour_responses="| patient_id | assessor | assessment_date |\n | P1 | investigator | DAY |"
    ),
    ("tumour_responses", "last scan of its lesions"): dict(
        tumour_lesions="""
            | patient_id | lesion_id | assessment_date | scan_date |
            | P1         | L1        | 2023-06-25      |           |
            | P1         | L2        | 2023-06-25      | DAY       |
        """,
        tumour_responses="| patient_id | assessor | assessment_date |\n | P1 | investigator | 2023-06-25 |",
    ),
    ("adverse_events", "onset"): dict(
        adverse_events="| patient_id | ae_id | onset_date |\n | P1 | AE1 | DAY |"
    ),
    ("promis29", "form"): dict(promis29="| patient_id | completion_date |\n | P1 | DAY |"),
    ("ecog", "assessment"): dict(ecog="| patient_id | assessment_date |\n | P1 | DAY |"),
    ("follow_up", "contact"): dict(follow_up="| patient_id | contact_date |\n | P1 | DAY |"),
    **{
        ("disposition", event): dict(
            disposition=f"| patient_id | event | event_date |\n | P1 | {event} | DAY |"
        )
        for event in (
            "death",
            "withdrawal",
            "lost_to_follow_up",
            "completed",
            "clinical_progression",
            "discontinued",
        )
    },
}
#: Outcomes of a source without a calendar have no day.
WITHOUT_A_DAY = {"reported_outcomes"}


def test_every_table_has_a_case_below():
    assert {name for name, _ in BEGINS} | WITHOUT_A_DAY == set(RAW_TABLES) == set(RULES)


def rows_of_case(number: int, day: str, drawn: str) -> list[dict]:
    """The drawn rows with a day and with names of their own: P1 of case 7 is P071 or P072."""
    suffix = f"{number:02}{1 if day == ON else 2}"
    own = re.sub(r"\b(P|SP|T|R|RC|V|RG|AE)1\b", rf"\g<1>{suffix}", drawn.replace("DAY", day))
    return table(own)


@pytest.fixture(scope="module")
def all_cases():
    """Every case of BEGINS on both days, each with patients of its own, cut at once."""
    rows = {name: [] for name in RAW_TABLES}
    for number, drawn in enumerate(BEGINS.values()):
        for day in (ON, AFTER):
            enrolled = (
                "| patient_id | consent_date | enrolment_date |\n | P1 | 2023-01-01 | 2023-01-01 |"
            )
            for name, text in {"patients": enrolled, **drawn}.items():
                rows[name] += rows_of_case(number, day, text)
    return apply_cut({name: raw_frame(name, rows[name]) for name in RAW_TABLES}, CUTOFF)


@pytest.mark.parametrize("case", BEGINS, ids=lambda case: f"{case[0]}: {case[1]}")
def test_a_row_stays_on_the_cutoff_and_goes_the_day_after(all_cases, case):
    name, number = case[0], list(BEGINS).index(case)
    rows = len(table(BEGINS[case][name]))
    known = all_cases.frames[name]["patient_id"]
    removed = all_cases.readout.query("table == @name and action == 'removed'")
    removed = removed[removed["rule"].eq("begins after the cutoff")]["patient_id"]
    assert [(known == f"P{number:02}{n}").sum() for n in (1, 2)] == [rows, 0]
    assert [(removed == f"P{number:02}{n}").sum() for n in (1, 2)] == [0, rows]


def test_an_assessment_that_was_not_finished_goes_as_a_whole():
    result = cut(
        tumour_lesions="""
            | patient_id | lesion_id | assessment_date | scan_date  |
            | P1         | L1        | 2023-06-29      |            |
            | P1         | L2        | 2023-06-29      | 2023-07-02 |
            | P1         | L1        | 2023-04-03      | 2023-04-05 |
            | P2         | L1        | 2023-06-29      |            |
        """
    )
    assert list(result.frames["tumour_lesions"]["line"]) == [4, 5]


PARTIAL_STARTS = table(
    """
    | table            | date    | kept |
    | prior_treatments | 2023-06 | yes  |
    | prior_treatments | 2023-07 | no   |
    | prior_treatments | 2023    | yes  |
    | prior_treatments | 2024    | no   |
    | adverse_events   | 2023-06 | yes  |
    | adverse_events   | 2023-07 | no   |
    | adverse_events   | 2023    | yes  |
    | adverse_events   | 2024    | no   |
    | disposition      | 2023-06 | yes  |
    | disposition      | 2023-07 | no   |
    | disposition      | 2023    | yes  |
    | disposition      | 2024    | no   |
    """
)
WITH_PARTIAL_START = {
    "prior_treatments": "| patient_id | line | start_date |",
    "adverse_events": "| patient_id | ae_id | onset_date |",
    "disposition": "| patient_id | event | event_date |",
}


@pytest.mark.parametrize("name", WITH_PARTIAL_START)
def test_a_partial_date_is_later_only_if_it_must_be(name):
    cases = [case for case in PARTIAL_STARTS if case["table"] == name]
    rows = [f"| P1 | {number} | {case['date']} |" for number, case in enumerate(cases)]
    kept = cut(**{name: "\n".join([WITH_PARTIAL_START[name], *rows])}).frames[name]
    date = WITH_PARTIAL_START[name].split("|")[-2].strip()
    assert list(kept[date]) == [case["date"] for case in cases if case["kept"] == "yes"]


# A death is known on the cutoff unless it must have come later: a partial date is not before the
# day after the last sign of life anywhere in the extract.
DEATHS = table(
    """
    | death      | last sign of life                        | known | why                               |
    |------------|------------------------------------------|-------|-----------------------------------|
    | 2023-06-30 |                                          | yes   | the cutoff day is included        |
    | 2023-07-01 |                                          | no    | the day after                     |
    | 2023-06    |                                          | yes   | could be the 1st                  |
    | 2023-07    |                                          | no    | the 1st is later                  |
    | 2023-06    | follow_up 2023-06-20 alive               | yes   | not before the 21st               |
    | 2023       | follow_up 2023-06-29 alive               | yes   | not before the 30th               |
    | 2023       | follow_up 2023-06-30 alive               | no    | not before 1 July                 |
    | 2023       | follow_up 2023-08-20 alive               | no    | seen alive after the cutoff       |
    | 2023       | follow_up 2023-08-20 unknown             | yes   | nobody saw the patient            |
    | 2023       | promis29 2023-08-20                      | no    | filled in a form                  |
    | 2023       | ecog 2023-08-20 4                        | no    | seen with ECOG 4                  |
    | 2023       | ecog 2023-08-20 5                        | yes   | ECOG 5 is death, no sign of life  |
    | 2023       | treatments 2023-08-20                    | no    | got a dose                        |
    | 2022       |                                          | yes   | recorded before enrolment: a data error, not a later fact |
    | 2024       |                                          | no    | 1 January is later                |
    """
)
SIGNS = {
    "follow_up": "| patient_id | contact_date | vital_status |",
    "promis29": "| patient_id | completion_date |",
    "ecog": "| patient_id | assessment_date | ecog |",
    "treatments": "| patient_id | start_date |",
}


def test_a_death_is_known_unless_it_must_have_come_later():
    everyone = [f"P{number:03}" for number in range(len(DEATHS))]
    drawn = {name: [head] for name, head in SIGNS.items()}
    for patient, case in zip(everyone, DEATHS, strict=True):
        name, *rest = (case["last sign of life"] or "").split() or [None]
        if name:
            drawn[name].append("| " + " | ".join([patient, *rest]) + " |")
    enrolled = [f"| {patient} | 2023-01-01 | 2023-01-01 |" for patient in everyone]
    died = [f"| {p} | death | {case['death']} |" for p, case in zip(everyone, DEATHS, strict=True)]
    result = cut(
        patients="\n".join(["| patient_id | consent_date | enrolment_date |", *enrolled]),
        disposition="\n".join(["| patient_id | event | event_date |", *died]),
        **{name: "\n".join(rows) for name, rows in drawn.items()},
    )
    known = set(result.frames["disposition"]["patient_id"])
    found = {p: "yes" if p in known else "no" for p in everyone}
    expected = {p: case["known"] for p, case in zip(everyone, DEATHS, strict=True)}
    assert found == expected


# --- what is put back ----------------------------------------------------------------------------
# P1 lives, P2 dies after the cutoff, P3 died on the cutoff.
DEATHS_OF_P2_AND_P3 = """
    | patient_id | event | event_date |
    | P2         | death | 2023-07-10 |
    | P3         | death | 2023-06-30 |
"""
RECORDED_AND_KNOWN = {
    "prior_treatments": (
        """
        | patient_id | line | start_date | end_date   | progression_date | stop_reason | best_response |
        | P1         | 1    | 2022       | 2023-06-30 | 2023-06-30       | progression | PD            |
        | P1         | 2    | 2022-11    | 2023-07-01 | 2023-07-01       | progression | SD            |
        | P1         | 3    | 2023-01    | 2023-06    | 2023             | progression | SD            |
        | P1         | 4    | 2023-02    | 2023-07    | 2023-07          | toxicity    |               |
        | P1         | 5    | 2023-02    |            |                  | unknown     |               |
        """,
        """
        | patient_id | line | start_date | end_date   | progression_date | stop_reason | best_response |
        | P1         | 1    | 2022       | 2023-06-30 | 2023-06-30       | progression | PD            |
        | P1         | 2    | 2022-11    |            |                  | unknown     | SD            |
        | P1         | 3    | 2023-01    | 2023-06    | 2023             | progression | SD            |
        | P1         | 4    | 2023-02    |            |                  | unknown     |               |
        | P1         | 5    | 2023-02    |            |                  | unknown     |               |
        """,
        [
            "3 end_date",
            "3 progression_date",
            "3 stop_reason",
            "5 end_date",
            "5 progression_date",
            "5 stop_reason",
        ],
    ),
    "sequencing": (
        """
        | patient_id | test_id | specimen_id | report_date | qc_status | qc_fail_reason | tmb_mut_per_mb | msi_status | hrd_status |
        | P1         | T1      | SP1         | 2023-06-30  | pass      |                | 4.5            | MSI-H      | positive   |
        | P1         | T2      | SP1         | 2023-07-01  | pass      |                | 4.5            | MSI-H      | positive   |
        | P1         | T3      | SP1         | 2023-07-01  | fail      | technical      |                | unknown    | unknown    |
        | P1         | T4      | SP1         |             | pending   |                |                | unknown    | unknown    |
        """,
        """
        | patient_id | test_id | specimen_id | report_date | qc_status | qc_fail_reason | tmb_mut_per_mb | msi_status | hrd_status |
        | P1         | T1      | SP1         | 2023-06-30  | pass      |                | 4.5            | MSI-H      | positive   |
        | P1         | T2      | SP1         |             | pending   |                |                | unknown    | unknown    |
        | P1         | T3      | SP1         |             | pending   |                |                | unknown    | unknown    |
        | P1         | T4      | SP1         |             | pending   |                |                | unknown    | unknown    |
        """,
        [
            *("3 hrd_status", "3 msi_status", "3 qc_status", "3 report_date", "3 tmb_mut_per_mb"),
            *("4 qc_fail_reason", "4 qc_status", "4 report_date"),
        ],
    ),
    "mtb_decisions": (
        """
        | patient_id | recommendation_id | decision_date | decision | reason         |
        | P1         | RC1               | 2023-06-01    | declined | patient_choice |
        | P2         | RC2               | 2023-06-01    | accepted | death          |
        | P2         | RC3               | 2023-06-01    | accepted | deterioration  |
        | P3         | RC4               | 2023-06-01    | accepted | death          |
        | P2         | RC5               | 2023-06-01    | declined | death          |
        """,
        """
        | patient_id | recommendation_id | decision_date | decision | reason         |
        | P1         | RC1               | 2023-06-01    | declined | patient_choice |
        | P2         | RC2               | 2023-06-01    | accepted |                |
        | P2         | RC3               | 2023-06-01    | accepted | deterioration  |
        | P3         | RC4               | 2023-06-01    | accepted | death          |
        | P2         | RC5               | 2023-06-01    | declined | unknown        |
        """,
        ["3 reason", "6 reason"],
    ),
    "treatments": (
        """
        | patient_id | regimen_id          | start_date | end_date   | stop_reason |
        | P1         | ended on the cutoff | 2023-02-01 | 2023-06-30 | toxicity    |
        | P1         | ended the day after | 2023-02-01 | 2023-07-01 | toxicity    |
        | P1         | ongoing             | 2023-02-01 |            |             |
        | P2         | ended by the death  | 2023-02-01 | 2023-07-10 | death       |
        | P2         | last dose in June   | 2023-02-01 | 2023-06-20 | death       |
        | P2         | stopped in June     | 2023-02-01 | 2023-06-20 | completed   |
        | P3         | ended by the death  | 2023-02-01 | 2023-06-30 | death       |
        """,
        """
        | patient_id | regimen_id          | start_date | end_date   | stop_reason |
        | P1         | ended on the cutoff | 2023-02-01 | 2023-06-30 | toxicity    |
        | P1         | ended the day after | 2023-02-01 |            |             |
        | P1         | ongoing             | 2023-02-01 |            |             |
        | P2         | ended by the death  | 2023-02-01 |            |             |
        | P2         | last dose in June   | 2023-02-01 | 2023-06-20 | unknown     |
        | P2         | stopped in June     | 2023-02-01 | 2023-06-20 | completed   |
        | P3         | ended by the death  | 2023-02-01 | 2023-06-30 | death       |
        """,
        ["3 end_date", "3 stop_reason", "5 end_date", "5 stop_reason", "6 stop_reason"],
    ),
    "adverse_events": (
        """
        | patient_id | ae_id                   | onset_date | resolution_date | outcome  | grade | serious | serious_criterion |
        | P1         | resolved on the cutoff  | 2023-06-01 | 2023-06-30      | resolved | 3     | N       |                   |
        | P1         | resolved the day after  | 2023-06-01 | 2023-07-01      | resolved | 3     | N       |                   |
        | P1         | resolved some day       | 2023-06    | 2023            | resolved | 3     | N       |                   |
        | P1         | resolved in July        | 2023-06    | 2023-07         | resolved_with_sequelae | 3 | N |                 |
        | P1         | ongoing                 | 2023-06-01 |                 | ongoing  | 2     | N       |                   |
        | P2         | fatal in July           | 2023-06-01 | 2023-07-10      | fatal    | 5     | Y       | death             |
        | P2         | fatal, no end recorded  | 2023-06-01 |                 | fatal    | 5     | Y       | hospitalisation   |
        | P2         | not fatal               | 2023-06-01 | 2023-06-05      | resolved | 4     | Y       | life_threatening  |
        | P3         | fatal on the cutoff     | 2023-06-01 | 2023-06-30      | fatal    | 5     | Y       | death             |
        """,
        """
        | patient_id | ae_id                   | onset_date | resolution_date | outcome  | grade | serious | serious_criterion |
        | P1         | resolved on the cutoff  | 2023-06-01 | 2023-06-30      | resolved | 3     | N       |                   |
        | P1         | resolved the day after  | 2023-06-01 |                 | ongoing  | 3     | N       |                   |
        | P1         | resolved some day       | 2023-06    | 2023            | resolved | 3     | N       |                   |
        | P1         | resolved in July        | 2023-06    |                 | ongoing  | 3     | N       |                   |
        | P1         | ongoing                 | 2023-06-01 |                 | ongoing  | 2     | N       |                   |
        | P2         | fatal in July           | 2023-06-01 |                 | ongoing  |       | Y       |                   |
        | P2         | fatal, no end recorded  | 2023-06-01 |                 | ongoing  |       | Y       | hospitalisation   |
        | P2         | not fatal               | 2023-06-01 | 2023-06-05      | resolved | 4     | Y       | life_threatening  |
        | P3         | fatal on the cutoff     | 2023-06-01 | 2023-06-30      | fatal    | 5     | Y       | death             |
        """,
        [
            *("3 outcome", "3 resolution_date", "5 outcome", "5 resolution_date"),
            *("7 grade", "7 outcome", "7 resolution_date", "7 serious_criterion"),
            *("8 grade", "8 outcome"),
        ],
    ),
}


@pytest.mark.parametrize("name", RECORDED_AND_KNOWN)
def test_what_lies_after_the_cutoff_is_put_back(name):
    recorded, known, edited = RECORDED_AND_KNOWN[name]
    specimen = "| patient_id | specimen_id | collection_date |\n | P1 | SP1 | 2023-05-01 |"
    result = cut(disposition=DEATHS_OF_P2_AND_P3, biopsies=specimen, **{name: recorded})
    expected = table(known)
    assert cells(result.frames[name], expected[0]) == expected
    edits = result.readout.query("table == @name and action == 'edited'")
    assert sorted(f"{e.line} {e.column}" for e in edits.itertuples()) == sorted(edited)
    at = dict(zip(result.counts["table"], result.counts["edited"], strict=True))
    assert at[name] == len(edited)


def test_an_event_that_turned_fatal_later_is_not_fatal_on_the_cutoff_without_a_recorded_death():
    """P1 has no row of death: the end of the event itself lies after the cutoff."""
    result = cut(
        adverse_events="""
            | patient_id | ae_id | onset_date | resolution_date | outcome | grade | serious | serious_criterion |
            | P1         | A     | 2023-06-10 | 2023-07-10      | fatal   | 5     | Y       | death             |
            | P1         | B     | 2023-06-10 | 2023-06-30      | fatal   | 5     | Y       | death             |
            | P1         | C     | 2023-06-10 |                 | fatal   | 5     | Y       | death             |
        """
    )
    shown = ["ae_id", "resolution_date", "outcome", "grade", "serious_criterion"]
    assert cells(result.frames["adverse_events"], shown) == table(
        """
        | ae_id | resolution_date | outcome | grade | serious_criterion |
        | A     |                 | ongoing |       |                   |
        | B     | 2023-06-30      | fatal   | 5     | death             |
        | C     |                 | fatal   | 5     | death             |
        """
    )


def test_a_loss_after_the_cutoff_was_no_reason_on_it():
    result = cut(
        disposition="""
            | patient_id | event             | event_date |
            | P1         | lost_to_follow_up | 2023-07-05 |
            | P2         | lost_to_follow_up | 2023-06-30 |
        """,
        mtb_decisions="""
            | patient_id | recommendation_id | decision_date | decision | reason |
            | P1         | RC1               | 2023-06-01    | accepted | lost   |
            | P2         | RC2               | 2023-06-01    | accepted | lost   |
        """,
    )
    assert cells(result.frames["mtb_decisions"], ["recommendation_id", "reason"]) == table(
        "| recommendation_id | reason |\n| RC1 | |\n| RC2 | lost |"
    )


def test_a_loss_of_which_the_day_is_not_known_may_have_come_before_the_cutoff():
    """Lost "in 2023" or "in June" may be on or before the cutoff, "in July" cannot."""
    result = cut(
        disposition="""
            | patient_id | event             | event_date |
            | P1         | lost_to_follow_up | 2023       |
            | P2         | lost_to_follow_up | 2023-06    |
            | P3         | lost_to_follow_up | 2023-07    |
        """,
        mtb_decisions="""
            | patient_id | recommendation_id | decision_date | decision | reason |
            | P1         | RC1               | 2023-06-01    | accepted | lost   |
            | P2         | RC2               | 2023-06-01    | accepted | lost   |
            | P3         | RC3               | 2023-06-01    | accepted | lost   |
        """,
    )
    assert cells(result.frames["mtb_decisions"], ["recommendation_id", "reason"]) == table(
        "| recommendation_id | reason |\n| RC1 | lost |\n| RC2 | lost |\n| RC3 | |"
    )


def test_a_death_does_not_leave_its_month():
    """Seen on the last day of June, which is the cutoff, and dead "in June": known on it."""
    result = cut(
        disposition="| patient_id | event | event_date |\n| P1 | death | 2023-06 |",
        follow_up="| patient_id | contact_date | vital_status |\n| P1 | 2023-06-30 | alive |",
    )
    assert len(result.frames["disposition"]) == 1


def test_a_treatment_stopped_later_was_not_stopped_by_an_event_on_the_cutoff():
    result = cut(
        treatments="""
            | patient_id | regimen_id | therapy_class | start_date | end_date   |
            | P1         | R1         | chemotherapy  | 2023-02-01 | 2023-07-15 |
            | P2         | R2         | chemotherapy  | 2023-02-01 | 2023-06-20 |
            | P2         | R3         | targeted      | 2023-06-25 | 2023-08-01 |
            | P3         | R4         | chemotherapy  | 2023-02-01 |            |
        """,
        adverse_events="""
            | patient_id | ae_id                          | onset_date | action_taken |
            | P1         | the regimen ends in July       | 2023-06-20 | discontinued |
            | P1         | only interrupted               | 2023-06-20 | interrupted  |
            | P2         | the one before ended in June   | 2023-06-10 | discontinued |
            | P2         | the one before had ended       | 2023-06-26 | discontinued |
            | P2         | on the day on which it ended   | 2023-06-20 | discontinued |
            | P3         | nothing has ended at all       | 2023-06-20 | discontinued |
        """,
    )
    assert cells(result.frames["adverse_events"], ["ae_id", "action_taken"]) == table(
        """
        | ae_id                          | action_taken |
        | the regimen ends in July       |              |
        | only interrupted               | interrupted  |
        | the one before ended in June   | discontinued |
        | the one before had ended       |              |
        | on the day on which it ended   | discontinued |
        | nothing has ended at all       | discontinued |
        """
    )
    assert list(result.readout.query("column == 'action_taken'")["line"]) == [2, 5]


def test_the_read_out_tells_the_old_and_the_new_value():
    result = cut(disposition=DEATHS_OF_P2_AND_P3, treatments=RECORDED_AND_KNOWN["treatments"][0])
    shown = result.readout.query("table == 'treatments'")
    columns = ["line", "column", "old_value", "new_value", "patient_id", "rule"]
    assert cells(shown, columns) == table(
        """
        | line | column      | old_value  | new_value | patient_id | rule                                   |
        | 3    | end_date    | 2023-07-01 |           | P1         | ended after the cutoff                 |
        | 3    | stop_reason | toxicity   |           | P1         | ended after the cutoff                 |
        | 5    | end_date    | 2023-07-10 |           | P2         | ended after the cutoff                 |
        | 5    | stop_reason | death      |           | P2         | ended after the cutoff                 |
        | 6    | stop_reason | death      | unknown   | P2         | a death after the cutoff as the reason |
        """
    )


# --- whose rows ----------------------------------------------------------------------------------
def test_all_rows_of_a_patient_enrolled_later_go():
    result = cut(
        patients="""
            | patient_id | consent_date | enrolment_date |
            | P1         | 2023-01-01   | 2023-01-01     |
            | P2         | 2023-06-29   | 2023-07-03     |
        """,
        biopsies="""
            | patient_id | specimen_id | collection_date |
            | P1         | SP1         | 2023-01-05      |
            | P2         | SP2         | 2023-06-30      |
            | P2         | SP3         | 2023-07-05      |
        """,
        prior_treatments="| patient_id | line | start_date |\n | P2 | 1 | 2020 |",
    )
    assert list(result.frames["patients"]["patient_id"]) == ["P1"]
    assert list(result.frames["biopsies"]["specimen_id"]) == ["SP1"]
    assert len(result.frames["prior_treatments"]) == 0
    removed = result.readout[["table", "line", "rule", "patient_id"]]
    assert cells(removed, removed.columns) == table(
        """
        | table            | line | rule                         | patient_id |
        | patients         | 3    | begins after the cutoff      | P2         |
        | prior_treatments | 2    | its patient is not in the cut | P2         |
        | biopsies         | 3    | its patient is not in the cut | P2         |
        | biopsies         | 4    | begins after the cutoff      | P2         |
        """
    )
    assert set(result.readout["action"]) == {"removed"}


def test_a_row_without_a_date_is_kept_and_counted():
    result = cut(
        mtb_reviews="| patient_id | review_id | review_date |\n | P1 | R1 | 2023-05-01 |",
        mtb_recommendations="| patient_id | review_id | recommendation_id |\n | P1 | R1 | RC1 |",
        mtb_decisions="| patient_id | recommendation_id | decision_date | decision |\n | P1 | RC1 | | pending |",
        variants="| patient_id | test_id | variant_id |\n | P1 | T0 | V1 |",
    )
    assert len(result.frames["mtb_decisions"]) == len(result.frames["variants"]) == 1
    undated = result.readout.query("action == 'undated'")
    assert list(undated["table"]) == ["variants", "mtb_decisions"]
    assert list(undated["line"]) == [2, 2]
    counted = result.counts.set_index("table")["undated"]
    assert counted[counted > 0].to_dict() == {"variants": 1, "mtb_decisions": 1}


# --- exactly one rule per table, or nothing runs -------------------------------------------------
def test_a_table_without_a_rule_stops_everything():
    frames = raw(patients=PATIENTS)
    with pytest.raises(DerivationError, match=r"exactly one rule per table.*genomes"):
        apply_cut({**frames, "genomes": frames["patients"]}, CUTOFF)


def test_a_rule_without_a_table_stops_everything():
    frames = raw(patients=PATIENTS)
    del frames["ecog"]
    with pytest.raises(DerivationError, match=r"exactly one rule per table.*ecog"):
        apply_cut(frames, CUTOFF)


def test_a_rule_that_is_taken_away_stops_everything(monkeypatch):
    rules = {name: rule for name, rule in RULES.items() if name != "follow_up"}
    monkeypatch.setattr(datacut, "RULES", rules)
    with pytest.raises(DerivationError, match="follow_up"):
        apply_cut(raw(patients=PATIENTS), CUTOFF)


def test_header_only_extracts_are_cut_to_header_only_extracts():
    result = apply_cut(raw(), CUTOFF)
    assert all(len(frame) == 0 for frame in result.frames.values())
    assert len(result.readout) == 0
    assert list(result.counts["table"]) == list(REQUIRED_TABLES)
    assert (result.counts.drop(columns="table") == 0).all(axis=None)


# --- laws, on a whole small study ----------------------------------------------------------------
CUTOFFS = [
    dt.date(2023, 1, 26),
    dt.date(2023, 2, 24),
    dt.date(2023, 5, 30),
    dt.date(2023, 6, 19),
    dt.date(2023, 6, 20),
    dt.date(2023, 11, 1),
]


@pytest.fixture(scope="module")
def extracts():
    return tiny_extracts()


@pytest.fixture(scope="module")
def cuts(extracts):
    return {cutoff: apply_cut(extracts, cutoff) for cutoff in CUTOFFS}


def lines_of(frames):
    return {name: set(frames[name][RAW_TABLES[name].line_column]) for name in RAW_TABLES}


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=str)
def test_the_counts_add_up(extracts, cuts, cutoff):
    counts = cuts[cutoff].counts.set_index("table")
    readout = cuts[cutoff].readout
    assert list(counts.index) == list(RAW_TABLES)
    assert (counts["rows_in"] == counts["removed"] + counts["rows_kept"]).all()
    for name in RAW_TABLES:
        assert counts.loc[name, "rows_in"] == len(extracts[name])
        assert counts.loc[name, "rows_kept"] == len(cuts[cutoff].frames[name])
        for action in ("removed", "edited", "undated"):
            listed = readout[readout["table"].eq(name) & readout["action"].eq(action)]
            assert counts.loc[name, action] == len(listed)


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=str)
def test_the_read_out_explains_every_difference(extracts, cuts, cutoff):
    """Take the read-out to the raw extracts by hand: the result is the cut."""
    result = cuts[cutoff]
    for name, declared in RAW_TABLES.items():
        mine = result.readout[result.readout["table"].eq(name)]
        by_line = extracts[name].set_index(declared.line_column)
        expected = by_line.drop(index=mine.loc[mine["action"].eq("removed"), "line"])
        expected = {
            line: cells(row.to_frame().T, by_line.columns)[0] for line, row in expected.iterrows()
        }
        for edit in mine[mine["action"].eq("edited")].itertuples():
            assert expected[edit.line][edit.column] == as_text(edit.old_value)
            expected[edit.line][edit.column] = as_text(edit.new_value)
        known = result.frames[name].set_index(declared.line_column)
        assert {
            line: cells(row.to_frame().T, known.columns)[0] for line, row in known.iterrows()
        } == expected


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=str)
def test_no_later_day_is_left_anywhere(cuts, cutoff):
    for name, declared in RAW_TABLES.items():
        for column, field in declared.fields.items():
            dates = cuts[cutoff].frames[name][column]
            if field.kind == "partial":
                dates = earliest(dates)
            if field.kind in ("date", "partial"):
                assert not (dates > pd.Timestamp(cutoff)).any(), f"{name}.{column}"


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=str)
def test_nothing_tells_of_a_death_that_is_not_known(cuts, cutoff):
    known = cuts[cutoff].frames
    dead = set(known["disposition"].query("event == 'death'")["patient_id"])
    for name, column, code in (
        ("treatments", "stop_reason", "death"),
        ("mtb_decisions", "reason", "death"),
        ("adverse_events", "outcome", "fatal"),
        ("adverse_events", "serious_criterion", "death"),
        ("adverse_events", "grade", 5),
        ("ecog", "ecog", 5),
    ):
        told = known[name][known[name][column].eq(code).fillna(False).astype(bool)]
        assert set(told["patient_id"]) <= dead, f"{name}.{column}"


def test_the_day_of_the_death_decides(cuts):
    """P002 died on 2023-06-20: regimen ended, sepsis grade 5, ECOG 5 that day."""
    before, on = cuts[dt.date(2023, 6, 19)].frames, cuts[dt.date(2023, 6, 20)].frames
    docetaxel = ["regimen_id", "end_date", "stop_reason"]
    sepsis = ["ae_id", "grade", "resolution_date", "outcome", "serious_criterion"]
    assert {"regimen_id": "RG2", "end_date": None, "stop_reason": None} in cells(
        before["treatments"], docetaxel
    )
    assert {"regimen_id": "RG2", "end_date": "2023-06-20", "stop_reason": "death"} in cells(
        on["treatments"], docetaxel
    )
    assert cells(before["adverse_events"].query("ae_id == 'AE4'"), sepsis) == [
        {
            "ae_id": "AE4",
            "grade": None,
            "resolution_date": None,
            "outcome": "ongoing",
            "serious_criterion": None,
        }
    ]
    assert cells(on["adverse_events"].query("ae_id == 'AE4'"), sepsis) == [
        {
            "ae_id": "AE4",
            "grade": "5",
            "resolution_date": "2023-06-20",
            "outcome": "fatal",
            "serious_criterion": "death",
        }
    ]


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=str)
def test_cutting_twice_is_cutting_once(cuts, cutoff):
    once = cuts[cutoff].frames
    twice = apply_cut(once, cutoff)
    for name in RAW_TABLES:
        pd.testing.assert_frame_equal(twice.frames[name], once[name])
    assert set(twice.readout["action"]) <= {"undated"}


@pytest.mark.parametrize(("early", "late"), list(itertools.pairwise(CUTOFFS)), ids=str)
def test_what_is_known_early_is_known_late(extracts, cuts, early, late):
    rows_early, rows_late = lines_of(cuts[early].frames), lines_of(cuts[late].frames)
    assert all(rows_early[name] <= rows_late[name] for name in RAW_TABLES)
    stepwise = apply_cut(cuts[late].frames, early)
    assert lines_of(stepwise.frames) == rows_early


@pytest.mark.parametrize("cutoff", CUTOFFS[2:4], ids=str)
def test_the_order_of_the_rows_has_no_effect(extracts, cuts, cutoff):
    mixed = {name: frame.sample(frac=1, random_state=7) for name, frame in extracts.items()}
    result = apply_cut(mixed, cutoff)
    for name, declared in RAW_TABLES.items():
        line = declared.line_column
        pd.testing.assert_frame_equal(
            result.frames[name].sort_values(line, ignore_index=True), cuts[cutoff].frames[name]
        )
    pd.testing.assert_frame_equal(result.readout, cuts[cutoff].readout)
    pd.testing.assert_frame_equal(result.counts, cuts[cutoff].counts)


def test_the_extracts_are_not_touched(extracts):
    before = {name: frame.copy(deep=True) for name, frame in extracts.items()}
    apply_cut(extracts, dt.date(2023, 6, 19))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(extracts[name], frame)


def test_types_stay_as_the_reader_made_them(extracts, cuts):
    for result in cuts.values():
        for name, frame in extracts.items():
            assert result.frames[name].dtypes.to_dict() == frame.dtypes.to_dict()
