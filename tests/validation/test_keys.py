"""Keys, references, and cells that another cell makes necessary."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from tests.validation.rule_cases import cases, check_case

CASES = cases(
    """
    key.duplicate     | +ecog:2                                        | ecog:+ patient_id+assessment_date
    key.duplicate     | +ecog:2 assessment_date=2023-02-02             | -
    key.duplicate     | +patients:2                                    | patients:+ patient_id
    key.orphan        | +follow_up:2 patient_id=P999                   | follow_up:+ patient_id
    key.orphan        | sequencing:2 specimen_id=SP9                   | sequencing:2 specimen_id
    key.orphan        | variants:2 test_id=T9                          | variants:2 test_id
    key.orphan        | mtb_reviews:2 test_id=T9                       | mtb_reviews:2 test_id
    key.orphan        | mtb_recommendations:2 variant_id=V9            | mtb_recommendations:2 variant_id
    key.orphan        | mtb_decisions:2 recommendation_id=RC9          | mtb_decisions:2 recommendation_id
    # A recommendation that claims to match, without its review, has its own rule.
    key.orphan        | mtb_recommendations:2 review_id=R9             | -
    key.orphan        | mtb_recommendations:5 review_id=R9             | mtb_recommendations:5 review_id
    molecular.guided_claim_without_review | mtb_recommendations:2 review_id=R9 | mtb_recommendations:2 review_id
    molecular.guided_claim_without_review | mtb_recommendations:4 review_id=R9 | mtb_recommendations:4 review_id
    molecular.guided_claim_without_review | mtb_recommendations:5 review_id=R9 | -
    key.other_patient | mtb_recommendations:2 variant_id=V4            | mtb_recommendations:2 variant_id
    key.other_patient | sequencing:2 specimen_id=SP2                   | sequencing:2 specimen_id
    key.other_patient | mtb_decisions:2 patient_id=P002                | mtb_decisions:2 recommendation_id
    """
)
CONDITIONS = cases(
    """
    required.conditional    | sequencing:5 qc_fail_reason=             | sequencing:5 qc_fail_reason
    required.not_applicable | sequencing:2 qc_fail_reason=technical    | sequencing:2 qc_fail_reason
    required.conditional    | sequencing:2 report_date=                | sequencing:2 report_date
    required.conditional    | sequencing:5 report_date=                | -
    required.conditional    | mtb_decisions:3 reason=                  | mtb_decisions:3 reason
    required.not_applicable | mtb_decisions:5 reason=lost              | mtb_decisions:5 reason
    required.not_applicable | mtb_decisions:2 reason=deterioration     | -
    required.conditional    | mtb_decisions:2 decision_date=           | mtb_decisions:2 decision_date
    required.conditional    | treatments:4 local_reason=               | treatments:4 local_reason
    required.conditional    | treatments:4 target_lesion_treated=      | treatments:4 target_lesion_treated
    required.not_applicable | treatments:2 local_reason=symptom        | treatments:2 local_reason
    required.not_applicable | treatments:2 target_lesion_treated=N     | treatments:2 target_lesion_treated
    required.conditional    | treatments:2 stop_reason=                | treatments:2 stop_reason
    required.not_applicable | treatments:2 end_date=                   | treatments:2 stop_reason
    # A cell that cannot be read has its own finding; nothing is concluded from its absence.
    required.not_applicable | treatments:2 end_date=2023-02-30         | -
    required.conditional    | disposition:3 cause=                     | disposition:3 cause
    required.not_applicable | disposition:2 cause=disease              | disposition:2 cause
    required.conditional    | disposition:4 vital_status_consent=      | disposition:4 vital_status_consent
    required.not_applicable | disposition:3 vital_status_consent=Y     | disposition:3 vital_status_consent
    """
)


@pytest.mark.parametrize(("rule", "given", "found"), CASES + CONDITIONS)
def test_row(rule, given, found, tmp_path):
    check_case(rule, given, found, tmp_path)
