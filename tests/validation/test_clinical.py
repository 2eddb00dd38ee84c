"""Molecular work-up, treatment, adverse events, PROMIS-29, follow-up: what contradicts."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from tests.validation.rule_cases import cases, check_case

MOLECULAR = cases(
    """
    molecular.second_profile_without_first | sequencing:4 profile_number=2      | sequencing:4 profile_number
    molecular.second_profile_without_first | sequencing:2 profile_number=2      | sequencing:2 profile_number, sequencing:3 profile_number
    molecular.pending_with_report          | sequencing:6 report_date=2023-10-20 | sequencing:6 report_date
    molecular.review_without_report        | +mtb_reviews:2 review_id=R9; patient_id=P004; test_id=T4 | mtb_reviews:+ test_id
    molecular.review_without_report        | +mtb_reviews:2 review_id=R9; patient_id=P004; test_id=T4; conclusion=deferred | -
    molecular.variant_without_pass         | +variants:2 variant_id=V9; patient_id=P003; test_id=T3 | variants:+ test_id
    molecular.gene_symbol                  | variants:2 gene=bicc1              | variants:2 gene
    molecular.gene_symbol                  | variants:2 gene=exon 14            | variants:2 gene
    # known by another name: the other rule names the symbol
    molecular.gene_symbol                  | variants:2 gene=HER-2/neu          | -
    molecular.gene_alias                   | variants:2 gene=HER-2/neu          | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=HER2               | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=p53                | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=K-RAS              | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=Kras               | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=BCR-ABL            | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=EML4::TRKA         | variants:2 gene
    molecular.gene_alias                   | variants:2 gene=ERBB2              | -
    molecular.gene_alias                   | variants:2 gene=NKX2-1             | -
    molecular.gene_alias                   | variants:2 gene=FGFR2-BICC1        | -
    molecular.gene_alias                   | variants:2 gene=C9orf72            | -
    molecular.gene_symbol                  | variants:2 gene=C9orf72            | -
    molecular.gene_symbol                  | variants:2 gene=NKX2-1             | -
    molecular.gene_symbol                  | variants:2 gene=FGFR2-BICC1        | -
    molecular.variant_of_another_test      | mtb_recommendations:2 variant_id=V3 | mtb_recommendations:2 variant_id
    # The variant of another patient is an error of its own, not this warning.
    molecular.variant_of_another_test      | mtb_recommendations:2 variant_id=V4 | -
    molecular.recommendation_without_conclusion | mtb_reviews:2 conclusion=not_intervenable | mtb_recommendations:2 review_id
    molecular.recommendation_without_conclusion | mtb_reviews:6 conclusion=deferred         | -
    molecular.biomarker_contradicted       | sequencing:7 msi_status=MSS        | mtb_recommendations:4 biomarker
    molecular.biomarker_contradicted       | sequencing:7 msi_status=unknown    | -
    molecular.rank_repeated                | +mtb_recommendations:2 recommendation_id=RC9        | mtb_recommendations:+ rank
    molecular.rank_repeated                | +mtb_recommendations:2 recommendation_id=RC9; rank=2 | -
    """
)
TREATMENT = cases(
    r"""
    treatment.prior_lines_out_of_order    | prior_treatments:3 start_date=2021-05 | prior_treatments:3 start_date
    treatment.prior_lines_out_of_order    | prior_treatments:3 start_date=2021    | -
    treatment.several_starts_on_one_date  | +treatments:2 regimen_id=RG9          | treatments:+ start_date
    treatment.several_starts_on_one_date  | treatments:4 start_date=2023-02-10    | -
    treatment.stop_by_death_without_death | treatments:2 stop_reason=death        | treatments:2 stop_reason
    drug.near_recommended | treatments:2 drug=encorafenib/cetuximab                 | treatments:2 drug
    drug.near_recommended | treatments:2 drug=encorafenib\u2011cetuximab            | treatments:2 drug
    drug.near_recommended | treatments:2 drug=cetuximab + encorafenb                | treatments:2 drug
    drug.near_recommended | treatments:2 drug=cetuximab\uff0bencorafenib            | -
    drug.near_recommended | treatments:2 drug=encorafenib                           | -
    drug.near_recommended | treatments:6 drug=Keytruda                              | treatments:6 drug
    drug.near_recommended | mtb_recommendations:4 drug=Keytruda                     | treatments:6 drug
    # recommended to another patient
    drug.near_recommended | treatments:3 drug=pembrolizumap                         | -
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=docetaxl | treatments:+ drug
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=Taxotere | treatments:+ drug
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-02-01; drug=docetaxl | treatments:3 drug
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=Docetaxel | -
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=paclitaxel | -
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=docetaxl; patient_id=P003 | -
    drug.near_earlier | +treatments:3 regimen_id=RG9; start_date=2023-04-01; drug=docetaxl; therapy_class=radiotherapy | -
    drug.trade_name | treatments:5 drug=Xeloda                                      | treatments:5 drug
    drug.trade_name | treatments:2 drug=Erbitux/encorafenib                         | -
    drug.trade_name | treatments:6 drug=Keytruda                                    | -
    drug.trade_name | mtb_recommendations:4 drug=Keytruda                           | mtb_recommendations:4 drug
    drug.trade_name | mtb_recommendations:3 drug=capmatinib + Tafinlar              | mtb_recommendations:3 drug
    drug.trade_name | treatments:5 drug=capecitabine                                | -
    """
)
ADVERSE_EVENTS = cases(
    """
    adverse_event.unknown_term              | adverse_events:7 term=Anaemia            | adverse_events:7 term
    adverse_event.wrong_soc                 | adverse_events:7 soc=Cardiac disorders   | adverse_events:7 soc
    adverse_event.wrong_soc                 | adverse_events:7 term=Anaemia            | -
    # Diarrhea has grades 1 to 5; febrile neutropenia 3 to 5; fatigue 1 to 3.
    adverse_event.impossible_grade          | adverse_events:4 grade=2                 | adverse_events:4 grade
    adverse_event.impossible_grade          | adverse_events:3 grade=4                 | adverse_events:3 grade
    adverse_event.impossible_grade          | adverse_events:3 grade=3                 | -
    adverse_event.grade_5_not_fatal         | adverse_events:5 outcome=ongoing         | adverse_events:5 outcome
    adverse_event.fatal_below_grade_5       | adverse_events:5 grade=4                 | adverse_events:5 grade
    adverse_event.serious_without_criterion | adverse_events:4 serious_criterion=      | adverse_events:4 serious_criterion
    adverse_event.criterion_without_serious | adverse_events:4 serious=N               | adverse_events:4 serious_criterion
    adverse_event.fatal_without_death       | -disposition event=death                 | adverse_events:5 outcome
    adverse_event.death_criterion_not_fatal | adverse_events:4 serious_criterion=death | adverse_events:4 serious_criterion
    # of grade 5 the outcome is what is wrong
    adverse_event.death_criterion_not_fatal | adverse_events:5 outcome=ongoing         | -
    adverse_event.related_before_treatment  | adverse_events:2 onset_date=2023-01-05   | adverse_events:2 related
    adverse_event.related_before_treatment  | adverse_events:2 onset_date=2023-01; related=no | -
    adverse_event.related_before_treatment  | adverse_events:2 onset_date=2023         | -
    adverse_event.grade_5_not_serious       | adverse_events:5 serious=N               | adverse_events:5 serious
    adverse_event.ongoing_with_resolution   | adverse_events:2 outcome=ongoing         | adverse_events:2 resolution_date
    adverse_event.before_consent            | adverse_events:2 onset_date=2022         | adverse_events:2 onset_date
    adverse_event.before_consent            | adverse_events:2 onset_date=2023-01      | -
    adverse_event.recorded_twice            | +adverse_events:2 ae_id=AE9              | adverse_events:+ term
    adverse_event.recorded_twice            | +adverse_events:2 ae_id=AE9; onset_date=2023-02-16 | -
    # in other words it is another event; without words nothing tells the two apart
    adverse_event.recorded_twice            | adverse_events:2 verbatim=rash on the left arm / +adverse_events:2 ae_id=AE9; verbatim=rash on the right arm | -
    adverse_event.recorded_twice            | adverse_events:2 verbatim=Rash  on the arm / +adverse_events:2 ae_id=AE9; verbatim=rash on the arm | adverse_events:+ term
    adverse_event.recorded_twice            | adverse_events:2 verbatim=rash on the arm / +adverse_events:2 ae_id=AE9; verbatim= | adverse_events:+ term
    adverse_event.biopsy_complication_without_biopsy | -biopsies patient_id=P003       | adverse_events:6 biopsy_related
    # P002 died on 2023-06-20 of disease, with a fatal sepsis (line 5) not related to treatment.
    fatal_event.two_of_one_patient  | +adverse_events:5 ae_id=AE9; term=Stroke; soc=Nervous system disorders | adverse_events:+ outcome
    fatal_event.two_of_one_patient  | +adverse_events:5 ae_id=AE9; term=Stroke; soc=Nervous system disorders; grade=4; outcome=resolved | -
    fatal_event.related_other_cause | adverse_events:5 related=yes                  | adverse_events:5 related
    fatal_event.related_other_cause | adverse_events:5 related=yes / disposition:3 cause=other | adverse_events:5 related
    fatal_event.related_other_cause | adverse_events:5 related=yes / disposition:3 cause=unknown | adverse_events:5 related
    fatal_event.related_other_cause | adverse_events:5 related=yes / disposition:3 cause=treatment | -
    fatal_event.related_other_cause | adverse_events:5 related=unknown              | -
    fatal_event.cause_without_event | disposition:3 cause=treatment                 | disposition:3 cause
    fatal_event.cause_without_event | disposition:3 cause=treatment / -adverse_events ae_id=AE4 | disposition:3 cause
    fatal_event.cause_without_event | disposition:3 cause=treatment / adverse_events:5 related=yes | -
    fatal_event.cause_without_event | disposition:3 cause=treatment / adverse_events:5 related=unknown | -
    fatal_event.ends_on_another_day | adverse_events:5 resolution_date=2023-06-19   | adverse_events:5 resolution_date
    fatal_event.ends_on_another_day | adverse_events:5 resolution_date=2023-06      | -
    fatal_event.ends_on_another_day | adverse_events:5 resolution_date=             | -
    fatal_event.ends_on_another_day | adverse_events:5 resolution_date=2023-06-19 / disposition:3 event_date=2023-06 | -
    # a blood sample is no biopsy; with tissue beside it there was one
    adverse_event.biopsy_complication_without_biopsy | biopsies:5 specimen_type=blood  | adverse_events:6 biopsy_related
    adverse_event.biopsy_complication_without_biopsy | +biopsies:5 specimen_id=SP9; specimen_type=blood | -
    adverse_event.biopsy_complication_without_biopsy | biopsies:5 specimen_type=fluid  | -
    # the day of the biopsy is possible, a partial onset that may be later too
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-02-02 | adverse_events:6 onset_date
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-02    | -
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-01    | adverse_events:6 onset_date
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-02-02; biopsy_related=N | -
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-02-02 / +biopsies:5 specimen_id=SP9; collection_date=2023-02-01 | -
    adverse_event.biopsy_complication_before_biopsy  | adverse_events:6 onset_date=2023-02-02 / +biopsies:5 specimen_id=SP9; specimen_type=blood; collection_date=2023-02-01 | adverse_events:6 onset_date
    """
)
FOLLOW_UP = cases(
    """
    follow_up.ecog_5_without_death | -disposition event=death                   | ecog:6 ecog
    follow_up.ecog_5_without_death | ecog:7 ecog=5                              | ecog:7 ecog
    follow_up.not_eligible         | patients:3 eligible=N                      | patients:3 eligible
    # Untreated, enrolled long before the cutoff, and not heard of since.
    follow_up.sparse               | +patients:5 patient_id=P007; consent_date=2023-02-01; enrolment_date=2023-02-01 | patients:+ patient_id
    follow_up.sparse               | +patients:5 patient_id=P007; consent_date=2023-09-01; enrolment_date=2023-09-01 | -
    follow_up.after_withdrawal     | ecog:7 assessment_date=2023-07-01          | ecog:7 assessment_date
    follow_up.after_withdrawal     | ecog:7 assessment_date=2023-06-30          | -
    follow_up.after_loss           | +follow_up:6 contact_date=2023-10-01       | follow_up:+ contact_date
    follow_up.after_loss           | +follow_up:7 contact_date=2023-10-01       | -
    # P006 is lost on 2023-09-15; the same day is possible.
    follow_up.after_loss           | ecog:11 assessment_date=2023-09-16         | ecog:11 assessment_date
    follow_up.after_loss           | ecog:11 assessment_date=2023-09-15         | -
    follow_up.after_loss           | ecog:11 assessment_date=2023-09-16; ecog=5 | -
    follow_up.after_loss           | ecog:11 assessment_date=2023-09-16 / disposition:5 event_date=2023-09 | -
    follow_up.after_loss           | +promis29:2 patient_id=P006; completion_date=2023-10-01 | promis29:+ completion_date
    follow_up.after_loss           | +tumour_responses:8 patient_id=P006; assessment_date=2023-10-01 | tumour_responses:+ assessment_date
    follow_up.after_loss           | +tumour_lesions:17 patient_id=P006; assessment_date=2023-10-01  | tumour_lesions:+ assessment_date
    # One finding per scan, on its response if there is one.
    follow_up.after_loss           | +tumour_responses:8 patient_id=P006; assessment_date=2023-10-01 / +tumour_lesions:17 patient_id=P006; assessment_date=2023-10-01 | tumour_responses:+ assessment_date
    follow_up.after_loss           | tumour_lesions:17 patient_id=P006; assessment_date=2023-10-01 / +tumour_lesions:17 lesion_id=L2 | tumour_lesions:17 assessment_date
    follow_up.several_ends         | +disposition:5 event=completed             | disposition:+ event
    code.discontinued_reason       | +disposition patient_id=P005; event=discontinued; event_date=2023-09; reason=closure | disposition:+ reason
    code.discontinued_reason       | +disposition patient_id=P005; event=discontinued; event_date=2023-09; reason=other | -
    code.reported_value            | reported_outcomes:2 value=Y                 | reported_outcomes:2 value
    code.reported_value            | reported_outcomes:4 value=PR                | reported_outcomes:4 value
    adverse_event.one_event_two_patients | +adverse_events:2 patient_id=P003; ae_sequence=2 | adverse_events:+ ae_id
    adverse_event.severities_out_of_order | +adverse_events:2 ae_sequence=2; onset_date=2023-02-10 | adverse_events:+ onset_date
    adverse_event.severities_out_of_order | +adverse_events:2 ae_sequence=2; onset_date=2023-02-16 | -
    follow_up.several_ends         | +disposition:5 event=death; cause=unknown  | -
    visit.label_vs_date | ecog:3 visit=week_16                                  | ecog:3 visit
    visit.label_vs_date | ecog:3 visit=unscheduled                              | -
    visit.label_vs_date | promis29:3 visit=baseline                             | promis29:3 visit
    visit.label_vs_date | tumour_responses:4 visit=week_24                      | tumour_responses:4 visit
    visit.label_vs_date | tumour_lesions:4 visit=week_24                        | tumour_lesions:4 visit
    # 43 days before the first dose a scan is no baseline; a form may be.
    visit.label_vs_date | tumour_lesions:17 assessment_date=2022-12-01; scan_date= | tumour_lesions:17 visit
    visit.label_vs_date | ecog:8 assessment_date=2023-01-01                     | -
    """
)
FORMS = cases(
    """
    promis29.empty_form | +promis29 patient_id=P001; visit=unscheduled; completion_date=2023-05-01 | promis29:+ completion_date
    """
)


@pytest.mark.parametrize(
    ("rule", "given", "found"), MOLECULAR + TREATMENT + ADVERSE_EVENTS + FOLLOW_UP + FORMS
)
def test_contradiction(rule, given, found, tmp_path):
    check_case(rule, given, found, tmp_path)
