"""Impossible orders of dates; partial dates count only with what is known of them."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from tests.validation.rule_cases import cases, check_case

CASES = cases(
    """
    dates.consent_after_enrolment | patients:2 consent_date=2023-01-04          | patients:2 enrolment_date
    dates.consent_after_enrolment | patients:2 consent_date=2023-01-03          | -
    dates.diagnosis_after_consent | patients:2 diagnosis_date=2023-01-03        | patients:2 diagnosis_date
    dates.diagnosis_after_consent | patients:2 diagnosis_date=2023-02           | patients:2 diagnosis_date
    dates.diagnosis_after_consent | patients:2 diagnosis_date=2023              | -
    range.age_at_consent          | patients:2 birth_year=2006                  | patients:2 birth_year
    dates.treatment_without_enrolment | patients:2 enrolment_date=          | treatments:2 patient_id
    dates.treatment_without_enrolment | patients:5 enrolment_date=          | -
    scan_date.day_missing         | tumour_lesions:4 assessment_date=2023-03 / tumour_lesions:5 assessment_date=2023-03 | tumour_lesions:4 assessment_date
    scan_date.day_decides         | tumour_lesions:2 assessment_date=2023-02; scan_date= | tumour_lesions:2 assessment_date
    range.age_at_consent          | patients:2 birth_year=2005                  | -
    range.age_at_consent          | patients:2 birth_year=1912                  | patients:2 birth_year
    range.age_at_consent          | patients:2 birth_year=1913                  | -

    dates.end_before_start           | treatments:2 end_date=2023-01-31         | treatments:2 end_date
    dates.end_before_start           | treatments:2 end_date=2023-02-01         | -
    dates.end_before_start           | prior_treatments:2 end_date=2021-05      | prior_treatments:2 end_date
    dates.end_before_start           | prior_treatments:2 end_date=2021-06      | -
    dates.end_before_start           | prior_treatments:2 end_date=2021         | -
    dates.progression_before_start   | prior_treatments:3 progression_date=2022-01 | prior_treatments:3 progression_date
    dates.progression_before_start   | prior_treatments:3 progression_date=2022    | -
    dates.prior_line_after_enrolment | prior_treatments:3 start_date=2023-01-04 | prior_treatments:3 start_date
    dates.prior_line_after_enrolment | prior_treatments:3 start_date=2023-01    | -
    dates.treatment_before_enrolment | treatments:2 start_date=2023-01-02       | treatments:2 start_date
    dates.treatment_before_enrolment | treatments:2 start_date=2023-01-03       | -

    dates.biopsy_before_consent    | biopsies:2 collection_date=2023-01-01      | biopsies:2 collection_date
    dates.report_before_collection | sequencing:2 report_date=2023-01-04        | sequencing:2 report_date
    dates.report_before_collection | sequencing:2 report_date=2023-01-05        | -
    dates.review_before_report     | mtb_reviews:2 review_date=2023-01-19       | mtb_reviews:2 review_date
    dates.review_before_report     | mtb_reviews:2 review_date=2023-01-20       | -
    dates.decision_before_review   | mtb_decisions:2 decision_date=2023-01-24   | mtb_decisions:2 decision_date
    dates.decision_before_review   | mtb_decisions:2 decision_date=2023-01-25   | -
    dates.scan_before_assessment   | tumour_lesions:3 scan_date=2023-01-22      | tumour_lesions:3 scan_date
    dates.scan_before_assessment   | tumour_lesions:3 scan_date=2023-01-23      | -
    dates.resolution_before_onset  | adverse_events:2 resolution_date=2023-02-14 | adverse_events:2 resolution_date
    dates.resolution_before_onset  | adverse_events:2 resolution_date=2023-02   | -
    dates.event_before_enrolment   | disposition:2 event_date=2023-01-02        | disposition:2 event_date
    dates.event_before_enrolment   | disposition:2 event_date=2023-01           | -

    # P002 dies on 2023-06-20; the same day is always possible.
    dates.after_death | +treatments:3 regimen_id=RG9; start_date=2023-06-21; end_date=; stop_reason= | treatments:+ start_date
    dates.after_death | treatments:3 end_date=2023-06-21                        | treatments:3 end_date
    dates.after_death | tumour_lesions:15 assessment_date=2023-06-21            | tumour_lesions:15 assessment_date
    dates.after_death | tumour_lesions:15 scan_date=2023-06-21                  | tumour_lesions:15 scan_date
    dates.after_death | tumour_responses:7 assessment_date=2023-06-21           | tumour_responses:7 assessment_date
    dates.after_death | adverse_events:5 onset_date=2023-06-21; resolution_date= | adverse_events:5 onset_date
    dates.after_death | adverse_events:5 onset_date=2023-07                     | adverse_events:5 onset_date
    dates.after_death | adverse_events:5 onset_date=2023-06                     | -
    dates.after_death | adverse_events:4 resolution_date=2023-06-21             | adverse_events:4 resolution_date
    dates.after_death | promis29:5 completion_date=2023-06-21                   | promis29:5 completion_date
    dates.after_death | ecog:5 assessment_date=2023-06-21                       | ecog:5 assessment_date
    dates.after_death | ecog:6 assessment_date=2023-06-21                       | -
    dates.after_death | follow_up:3 contact_date=2023-06-21                     | follow_up:3 contact_date
    dates.after_death | follow_up:3 contact_date=2023-06-21; vital_status=unknown | -
    dates.after_death | +disposition patient_id=P002; event=completed; event_date=2023-07 | disposition:+ event_date
    dates.after_death | disposition:3 event_date=2023-06 / ecog:5 assessment_date=2023-06-29 | -
    dates.after_death | disposition:3 event_date=2023-05 / ecog:5 assessment_date=2023-04-05 | treatments:3 end_date, adverse_events:5 onset_date, adverse_events:5 resolution_date, follow_up:3 contact_date
    dates.ecog_5_before_death | ecog:6 assessment_date=2023-06-19               | ecog:6 assessment_date
    dates.ecog_5_before_death | ecog:6 assessment_date=2023-06-19 / disposition:3 event_date=2023-06 | -

    # The extract was exported on 2023-12-15, after the cutoff of 2023-11-30.
    dates.after_snapshot | follow_up:2 contact_date=2023-12-15                  | -
    dates.after_snapshot | follow_up:2 contact_date=2023-12-16                  | follow_up:2 contact_date
    dates.after_snapshot | disposition:5 event_date=2024                        | disposition:5 event_date
    dates.after_snapshot | disposition:5 event_date=2023                        | -
    """
)


@pytest.mark.parametrize(("rule", "given", "found"), CASES)
def test_order(rule, given, found, tmp_path):
    check_case(rule, given, found, tmp_path)
