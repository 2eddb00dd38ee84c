"""ADSL: one row per patient; groups, status and flags of the tiny study, worked out by hand."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.datasets.adcm import build_adcm
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adsl import age_group, build_adsl, complete_adsl
from analysis.endpoints.guided_therapy import linked_recommendations
from analysis.errors import DerivationError
from schemas.raw import RAW_TABLES
from tests.tables import as_text, frame, plan_rules, raw, raw_frame, table, tiny_extracts

CUTOFF = pd.Timestamp("2023-11-30")
# What the tumour assessments of the tiny study say: P001 progressed on 2023-09-13.
PROGRESSIONS = "| USUBJID | ADT |\n| P001 | 2023-09-13 |"
SETS = """
    | USUBJID | RSPEVLFL | EVALFL |
    | P001    | Y        | Y      |
    | P005    | Y        |        |
"""


def adsl_of(extracts, cutoff=CUTOFF, **groups) -> pd.DataFrame:
    rules = plan_rules(**groups)
    recommendations = linked_recommendations(extracts, rules)
    classified = classified_regimens(extracts["treatments"], recommendations, rules)
    adsl = build_adsl(extracts, recommendations, classified, cutoff, rules)
    return complete_adsl(
        adsl,
        frame(PROGRESSIONS, dates="ADT"),
        frame(PROGRESSIONS, dates="ADT"),
        frame(SETS),
        build_adex(extracts["treatments"], classified),
        build_adcm(extracts["prior_treatments"], adsl.set_index("USUBJID")["TRTSDT"], rules),
        classified,
        recommendations,
        rules,
    )


@pytest.fixture(scope="module")
def adsl():
    return adsl_of(tiny_extracts())


# The six patients of the tiny study (tests/extracts_factory.py) at the cutoff of 2023-11-30.
EXPECTED = table(
    """
    | column   | P001       | P002         | P003         | P004       | P005          | P006              |
    |----------|------------|--------------|--------------|------------|---------------|-------------------|
    | AGE      | 63         | 68           | 52           | 43         | 74            | 57                |
    | AGEGR1   | <65        | 65-74        | <65          | <65        | 65-74         | <65               |
    | METSITES | 2          | 3            | 1            |            | 1             | 0                 |
    | NPRIORL  | 2          | 1            | 1            | 0          | 1             | 0                 |
    | ECOGBL   | 1          | 1            | 1            | 0          | 1             | 1                 |
    | BIOPDT   | 2023-01-05 | 2023-01-12   | 2023-02-03   | 2023-10-06 | 2023-03-06    | 2023-05-08        |
    | NGSDT    | 2023-01-20 | 2023-01-27   |              |            | 2023-03-20    | 2023-05-25        |
    | MTBDT    | 2023-01-25 | 2023-02-01   |              |            | 2023-03-24    | 2023-05-30        |
    | RECGRP   | REC-T      | REC-T        |              |            | REC-T         | REC-O             |
    | TRTSDT   | 2023-02-01 | 2023-02-10   | 2023-02-20   |            | 2023-04-03    |                   |
    | TRTEDT   | 2023-10-15 | 2023-06-20   | 2023-05-01   |            |               |                   |
    | TRTGRP1  | TG         | OT           | OT           | NT         | TG            | NT                |
    | NTSTAT   |            |              |              | pending    |               | final             |
    | GUIDDT   | 2023-02-01 |              |              |            | 2023-04-03    |                   |
    | GUIDCLS  | targeted   |              |              |            | immunotherapy |                   |
    | TFAILDT  | 2023-09-13 |              |              |            |               |                   |
    | TFAILRSN | resistance |              |              |            |               |                   |
    | DTHDT    |            | 2023-06-20   |              |            |               |                   |
    | DTHCAUS  |            | disease      |              |            |               |                   |
    | LSTALVDT | 2023-11-15 | 2023-06-18   | 2023-04-18   | 2023-11-20 | 2023-11-28    | 2023-07-01        |
    | EOFDT    | 2024-03-02 | 2023-06-20   | 2023-06-01   | 2024-11-01 | 2024-05-02    | 2023-09-15        |
    | EOSSTT   | ONGOING    | DISCONTINUED | DISCONTINUED | ONGOING    | ONGOING       | DISCONTINUED      |
    | DCSREAS  |            | death        | withdrawal   |            |               | lost_to_follow_up |
    | ANCHORDT | 2023-02-01 | 2023-02-10   | 2023-02-20   | 2023-10-03 | 2023-04-03    | 2023-05-30        |
    | PFS1     | 318        |              |              |            | 185           |                   |
    | PFS1SRC  | adcm       |              |              |            | adcm          |                   |
    | BIOPFL   | Y          | Y            | Y            | Y          | Y             | Y                 |
    | SEQFL    | Y          | Y            |              |            | Y             | Y                 |
    | MTBFL    | Y          | Y            |              |            | Y             | Y                 |
    | ACTFL    | Y          | Y            |              |            | Y             |                   |
    | RECTGFL  | Y          | Y            |              |            | Y             |                   |
    | TRTFL    | Y          | Y            | Y            |            | Y             |                   |
    | SAFFL    | Y          | Y            | Y            |            | Y             |                   |
    | GUIDFL   | Y          |              |              |            | Y             |                   |
    | TFAILFL  | Y          |              |              |            |               |                   |
    | SEQ2FL   | Y          |              |              |            |               |                   |
    | MTB2FL   | Y          |              |              |            |               |                   |
    | ACT2FL   |            |              |              |            |               |                   |
    | GUID2FL  |            |              |              |            |               |                   |
    | PFSRFL   | Y          |              |              |            | Y             |                   |
    | PROFL    | Y          | Y            |              |            | Y             |                   |
    | RSPEVLFL | Y          |              |              |            | Y             |                   |
    | EVALFL   | Y          |              |              |            |               |                   |
    | DTHFL    |            | Y            |              |            |               |                   |
    | ENRLFL   | Y          | Y            | Y            | Y          | Y             | Y                 |
    | ECOGBLDT | 2023-02-01 | 2023-02-08   | 2023-02-20   | 2023-10-10 | 2023-04-03    | 2023-05-20        |
    | ACTDT    | 2023-01-25 | 2023-02-01   |              |            | 2023-03-24    |                   |
    | RECTGDT  | 2023-01-25 | 2023-02-01   |              |            | 2023-03-24    |                   |
    | SEQ2DT   | 2023-11-03 |              |              |            |               |                   |
    | MTB2DT   | 2023-11-10 |              |              |            |               |                   |
    | ACT2DT   |            |              |              |            |               |                   |
    | PROFDT   | 2023-03-29 | 2023-04-05   |              |            | 2023-07-25    |                   |
    """
)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: row["column"])
def test_the_six_patients_of_the_tiny_study(adsl, expected):
    found = dict(zip(adsl["USUBJID"], map(as_text, adsl[expected["column"]]), strict=True))
    assert found == {patient: expected[patient] for patient in found}


def test_no_patient_disappears_and_each_has_one_row(adsl):
    assert list(adsl["USUBJID"]) == list(tiny_extracts()["patients"]["patient_id"])


def test_every_flag_is_y_or_missing(adsl):
    flags = [column for column in adsl if column.endswith("FL")]
    assert len(flags) >= 20
    for column in flags:
        assert {as_text(value) for value in adsl[column]} <= {"Y", None}, column


def test_the_source_is_the_line_of_the_patient(adsl):
    patients = tiny_extracts()["patients"].set_index("line")["patient_id"]
    assert [patients[line] for line in adsl["SRCROW"]] == list(adsl["USUBJID"])
    assert set(adsl["SRCFILE"]) == {"patients.csv"}


def test_the_order_of_the_rows_has_no_effect(adsl):
    mixed = {name: rows.sample(frac=1, random_state=11) for name, rows in tiny_extracts().items()}
    pd.testing.assert_frame_equal(adsl_of(mixed), adsl)


def test_a_patient_with_nothing_but_consent_is_there():
    extracts = raw(
        patients="| patient_id | consent_date | enrolment_date | birth_year |\n| P1 | 2023-11-01 | 2023-11-02 | 1960 |"
    )
    adsl = adsl_of(extracts)
    assert list(adsl["USUBJID"]) == ["P1"]
    patient = adsl.iloc[0]
    flags = {column for column in adsl if column.endswith("FL") and as_text(patient[column])}
    assert flags == {"ENRLFL"}
    assert (patient["TRTGRP1"], patient["NTSTAT"], patient["EOSSTT"]) == (
        "NT",
        "pending",
        "ONGOING",
    )
    assert as_text(patient["LSTALVDT"]) == "2023-11-02"


def test_an_empty_cut_gives_an_empty_dataset():
    adsl = adsl_of(raw())
    assert len(adsl) == 0
    assert {"USUBJID", "TRTGRP1", "GUIDFL", "PFSRFL", "EOSSTT"} <= set(adsl)


def test_a_patient_twice_is_refused_by_name():
    extracts = tiny_extracts()
    extracts["patients"] = pd.concat([extracts["patients"], extracts["patients"].iloc[[2]]])
    with pytest.raises(DerivationError, match="more than one row for P003"):
        adsl_of(extracts)


def test_the_extracts_are_not_touched():
    extracts = tiny_extracts()
    before = {name: extracts[name].copy(deep=True) for name in RAW_TABLES}
    adsl_of(extracts)
    for name in RAW_TABLES:
        pd.testing.assert_frame_equal(extracts[name], before[name])


# Cutoff 2023-11-30. Enrolled 2022-10-01 + 395 days = 2023-10-31: the planned end has passed.
UNTREATED = table(
    """
    | situation                        | enrolled   | event             | treatment                | group | status  |
    | in follow-up                     | 2023-06-01 |                   |                          | NT    | pending |
    | dead                             | 2023-06-01 | death             |                          | NT    | final   |
    | withdrew                         | 2023-06-01 | withdrawal        |                          | NT    | final   |
    | lost                             | 2023-06-01 | lost_to_follow_up |                          | NT    | final   |
    | completed                        | 2023-06-01 | completed         |                          | NT    | final   |
    | clinical progression only        | 2023-06-01 | clinical_progression |                       | NT    | pending |
    | planned end of follow-up passed  | 2022-10-01 |                   |                          | NT    | final   |
    | planned end on the cutoff        | 2022-10-31 |                   |                          | NT    | final   |
    | planned end the day after        | 2022-11-01 |                   |                          | NT    | pending |
    | local therapy only, in follow-up | 2023-06-01 |                   | radiotherapy             | NT    | pending |
    | local therapy only, dead         | 2023-06-01 | death             | surgery                  | NT    | final   |
    | treated                          | 2023-06-01 |                   | chemotherapy             | OT    |         |
    | treated, dead                    | 2023-06-01 | death             | endocrine                | OT    |         |
    | targeted, never recommended      | 2023-06-01 |                   | targeted                 | TN    |         |
    """
)


def test_untreated_is_pending_or_final():
    numbered = [(f"P{number:03}", case) for number, case in enumerate(UNTREATED)]
    patients = [f"| {p} | {c['enrolled']} | {c['enrolled']} | 1960 |" for p, c in numbered]
    events = [f"| {p} | {c['event']} | 2023-10-01 |" for p, c in numbered if c["event"]]
    therapy = [
        f"| {p} | RG{p} | x | {c['treatment']} | 2023-07-01 |"
        for p, c in numbered
        if c["treatment"]
    ]
    adsl = adsl_of(
        raw(
            patients="\n".join(
                ["| patient_id | consent_date | enrolment_date | birth_year |", *patients]
            ),
            disposition="\n".join(["| patient_id | event | event_date |", *events]),
            treatments="\n".join(
                ["| patient_id | regimen_id | drug | therapy_class | start_date |", *therapy]
            ),
        )
    )
    found = list(zip(adsl["TRTGRP1"], map(as_text, adsl["NTSTAT"]), strict=True))
    assert dict(zip([c["situation"] for c in UNTREATED], found, strict=True)) == {
        c["situation"]: (c["group"], c["status"]) for c in UNTREATED
    }


def test_age_groups_begin_at_their_lower_bound():
    ages = pd.Series([18, 64, 65, 74, 75, 90, pd.NA], dtype="Int64")
    found = [as_text(group) for group in age_group(ages, (65, 75))]
    assert found == ["<65", "<65", "65-74", "65-74", ">=75", ">=75", None]


# Anchor of the untreated: enrolment on 2023-01-10. PF: the four items of physical function.
PRO_SET = table(
    """
    | situation                               | baseline | later  | PROFL | PROXRSN          |
    | a form before and one after             | PF       | PF     | Y     |                  |
    | pain intensity is a score too           | PF       | pain   | Y     |                  |
    | no later form                           | PF       |        |       | no later form    |
    | the later form is empty                 | PF       | empty  |       | no later form    |
    | the later form has no domain complete   | PF       | 3 of 4 |       | no later form    |
    | the baseline form is empty              | empty    | PF     |       | no baseline form |
    | no baseline form                        |          | PF     |       | no baseline form |
    | no form at all                          |          |        |       | no baseline form |
    """
)
ANSWERS = {
    "PF": dict.fromkeys(("pfa11", "pfa21", "pfa23", "pfa53"), "3"),
    "3 of 4": dict.fromkeys(("pfa11", "pfa21", "pfa23"), "3"),
    "pain": {"global07": "4"},
    "empty": {},
}


def test_the_pro_set_has_a_score_at_baseline_and_later():
    extracts = raw()
    patients, forms = [], []
    for number, case in enumerate(PRO_SET):
        who = f"P{number:03}"
        day = "2023-01-10"
        patients.append(
            {"patient_id": who, "consent_date": day, "enrolment_date": day, "birth_year": "1960"}
        )
        for name, date in (("baseline", day), ("later", "2023-04-01")):
            if case[name]:
                forms.append({"patient_id": who, "completion_date": date, **ANSWERS[case[name]]})
    extracts["patients"] = raw_frame("patients", patients)
    extracts["promis29"] = raw_frame("promis29", forms)
    adsl = adsl_of(extracts)
    for column in ("PROFL", "PROXRSN"):
        found = [as_text(cell) for cell in adsl[column]]
        assert dict(zip([c["situation"] for c in PRO_SET], found, strict=True)) == {
            c["situation"]: c[column] for c in PRO_SET
        }
    # Week 8 closes on day 84, 2023-04-03: the day before, no later form was due of anybody
    early = adsl_of(extracts, pd.Timestamp("2023-04-02"))["PROXRSN"]
    assert set(early.dropna()) == {"no baseline form", "no later form: not due yet"}
    on_the_day = adsl_of(extracts, pd.Timestamp("2023-04-03"))["PROXRSN"]
    assert set(on_the_day.dropna()) == {"no baseline form", "no later form"}
