"""Lesions and recorded responses: selection, size, contradictions, gaps."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from tests.validation.rule_cases import cases, check_case

# P003 has one target of 41 mm in the liver at baseline (line 17); appended rows copy it.
LESIONS = cases(
    """
    lesion.too_many_targets           | +tumour_lesions:17 lesion_id=L2; organ=a / +tumour_lesions:17 lesion_id=L3; organ=b / +tumour_lesions:17 lesion_id=L4; organ=c / +tumour_lesions:17 lesion_id=L5; organ=d | -
    lesion.too_many_targets           | +tumour_lesions:17 lesion_id=L2; organ=a / +tumour_lesions:17 lesion_id=L3; organ=b / +tumour_lesions:17 lesion_id=L4; organ=c / +tumour_lesions:17 lesion_id=L5; organ=d / +tumour_lesions:17 lesion_id=L6; organ=e | tumour_lesions:+ lesion_id
    lesion.too_many_targets_per_organ | +tumour_lesions:17 lesion_id=L2           | -
    lesion.too_many_targets_per_organ | +tumour_lesions:17 lesion_id=L2 / +tumour_lesions:17 lesion_id=L3 | tumour_lesions:+ organ
    lesion.target_not_measurable      | tumour_lesions:17 diameter_mm=9.9         | tumour_lesions:17 diameter_mm
    lesion.target_not_measurable      | tumour_lesions:17 diameter_mm=10          | -
    lesion.target_not_measurable      | tumour_lesions:17 diameter_mm=19; method=xray | tumour_lesions:17 diameter_mm
    lesion.target_not_measurable      | tumour_lesions:17 diameter_mm=14; nodal=Y | tumour_lesions:17 diameter_mm
    lesion.target_not_measurable      | tumour_lesions:17 diameter_mm=15; nodal=Y | -
    lesion.status_contradicts_diameter | tumour_lesions:18 status=absent          | tumour_lesions:18 diameter_mm
    lesion.status_contradicts_diameter | tumour_lesions:18 status=not_evaluable   | tumour_lesions:18 diameter_mm
    lesion.status_contradicts_diameter | tumour_lesions:18 diameter_mm=           | tumour_lesions:18 diameter_mm
    lesion.status_contradicts_diameter | tumour_lesions:18 status=too_small; diameter_mm= | -
    lesion.identity_changes           | tumour_lesions:18 organ=lung              | tumour_lesions:18 organ
    lesion.identity_changes           | tumour_lesions:18 nodal=Y                 | tumour_lesions:18 nodal
    lesion.identity_changes           | tumour_lesions:18 lesion_role=non_target; status=present | tumour_lesions:18 lesion_role
    lesion.target_not_followed        | +tumour_lesions:17 lesion_id=L2           | tumour_lesions:18 lesion_id
    lesion.target_after_baseline      | +tumour_lesions:18 lesion_id=L2           | tumour_lesions:+ lesion_id
    lesion.target_after_baseline      | +tumour_lesions:17 lesion_id=L2           | -
    lesion.small_node                 | tumour_lesions:17 nodal=Y / tumour_lesions:18 nodal=Y; diameter_mm=9.5 | tumour_lesions:18 diameter_mm
    lesion.small_node                 | tumour_lesions:17 nodal=Y / tumour_lesions:18 nodal=Y; diameter_mm=10  | -
    # once for a lesion: at the first scan on which it is so small
    lesion.small_node                 | tumour_lesions:17 nodal=Y / tumour_lesions:18 nodal=Y; diameter_mm=9.5 / +tumour_lesions:18 nodal=Y; diameter_mm=9; assessment_date=2023-06-20 | tumour_lesions:18 diameter_mm
    """
)
# P003 is SD at week 8 (line 8); P005 is CR at weeks 8 to 32 (lines 9 to 12).
RESPONSES = cases(
    """
    response.recorded_vs_components | tumour_responses:8 overall_response=PR        | tumour_responses:8 overall_response
    response.recorded_vs_components | tumour_responses:8 new_lesion=Y               | tumour_responses:8 overall_response
    response.recorded_vs_components | tumour_responses:3 overall_response=SD        | tumour_responses:3 overall_response
    response.recorded_vs_lesions    | tumour_responses:8 target_response=PR; overall_response=PR | tumour_responses:8 overall_response
    response.recorded_vs_lesions    | tumour_lesions:18 diameter_mm=28.7            | tumour_responses:8 overall_response
    response.recorded_vs_lesions    | tumour_lesions:18 diameter_mm=28.8            | -
    response.recorded_vs_lesions    | tumour_responses:3 overall_response=SD        | -
    response.cr_then_lesser         | tumour_responses:10 overall_response=PR       | tumour_responses:10 overall_response
    response.cr_then_lesser         | tumour_responses:10 overall_response=NE       | -
    response.cr_then_lesser         | tumour_responses:10 overall_response=PD / tumour_responses:11 overall_response=SD | -
    # The first dose of P002 is on 2023-02-10, the recorded response on line 7.
    response.progression_before_start | tumour_responses:7 assessment_date=2023-02-10; overall_response=PD | tumour_responses:7 assessment_date
    response.progression_before_start | tumour_responses:7 assessment_date=2023-02-11; overall_response=PD | -
    response.progression_before_start | tumour_responses:7 assessment_date=2023-02-05 | -
    # XX is no code and has that finding only.
    response.recorded_vs_components | tumour_responses:8 overall_response=XX        | -
    response.recorded_vs_lesions    | tumour_responses:8 overall_response=XX        | -
    response.without_lesions        | -tumour_lesions patient_id=P003               | tumour_responses:8 assessment_date
    response.without_lesions        | -tumour_lesions patient_id=P003 / tumour_responses:8 overall_response=NE | -
    response.missing_for_lesions    | -tumour_responses patient_id=P003             | tumour_lesions:18 assessment_date
    response.no_baseline            | -tumour_lesions patient_id=P003               | treatments:5 start_date
    response.no_baseline            | tumour_lesions:17 assessment_date=2023-01-10  | -
    response.no_baseline            | tumour_lesions:17 assessment_date=2023-01-08  | treatments:5 start_date
    # From 2023-07-25 on nothing until 2023-11-14: 112 days; without the one before it 168.
    response.assessment_gap         | -tumour_responses patient_id=P005; visit=week_24 | -
    response.assessment_gap         | -tumour_responses patient_id=P005; visit=week_24 / -tumour_responses patient_id=P005; visit=week_16 | tumour_responses:10 assessment_date
    response.assessments_stop       | -tumour_responses patient_id=P005; visit=week_32 | -
    response.assessments_stop       | -tumour_responses patient_id=P005             | treatments:6 start_date
    """
)


@pytest.mark.parametrize(("rule", "given", "found"), LESIONS + RESPONSES)
def test_tumour(rule, given, found, tmp_path):
    check_case(rule, given, found, tmp_path)
