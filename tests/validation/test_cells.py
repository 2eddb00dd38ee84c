"""Types, codes, ranges, patterns, empty cells: each found at its line and column."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from tests.validation.rule_cases import cases, check_case

CASES = cases(
    r"""
    type.integer      | patients:2 metastatic_sites=two           | patients:2 metastatic_sites
    type.integer      | patients:2 metastatic_sites=2.0           | patients:2 metastatic_sites
    type.integer      | patients:2 metastatic_sites=              | -
    type.integer      | ecog:2 ecog= 1                            | ecog:2 ecog
    type.number       | biopsies:2 tumour_content_pct=40%         | biopsies:2 tumour_content_pct
    type.number       | biopsies:2 tumour_content_pct=40,5        | biopsies:2 tumour_content_pct
    type.number       | biopsies:2 tumour_content_pct=nan         | biopsies:2 tumour_content_pct
    type.number       | biopsies:2 tumour_content_pct=40.5        | -
    type.date         | patients:2 consent_date=2023-02-30        | patients:2 consent_date
    type.date         | patients:2 consent_date=01/02/2023        | patients:2 consent_date
    type.date         | patients:2 consent_date=44927             | patients:2 consent_date
    type.date         | patients:2 consent_date=2023-01           | patients:2 consent_date
    type.date         | patients:2 consent_date=2023-01-02T00:00  | patients:2 consent_date
    type.date         | patients:2 consent_date=0023-01-02        | patients:2 consent_date
    type.partial_date | patients:2 diagnosis_date=2021-13         | patients:2 diagnosis_date
    type.partial_date | patients:2 diagnosis_date=May 2021        | patients:2 diagnosis_date
    type.partial_date | patients:2 diagnosis_date=2021            | -
    type.partial_date | patients:2 diagnosis_date=2021-05         | -
    type.pattern      | patients:2 site_id=Site 1                 | patients:2 site_id
    type.pattern      | patients:2 site_id=S01\n                  | patients:2 site_id
    type.pattern      | patients:2 oncotree_code=coad             | patients:2 oncotree_code
    type.pattern      | treatments:2 drug=encorafenib+            | treatments:2 drug
    type.pattern      | treatments:2 drug=encorafenib + cetuximab | -
    type.pattern      | treatments:2 drug=encorafenib++cetuximab  | treatments:2 drug
    type.pattern      | treatments:2 drug=encorafenib+\x20        | treatments:2 drug
    code.unknown      | patients:2 sex=Female                     | patients:2 sex
    code.unknown      | tumour_responses:2 overall_response= PR   | tumour_responses:2 overall_response
    code.unknown      | tumour_responses:2 overall_response=pr    | tumour_responses:2 overall_response
    code.unknown      | tumour_responses:2 overall_response=NA    | tumour_responses:2 overall_response
    range.value       | sequencing:2 tmb_mut_per_mb=-1            | sequencing:2 tmb_mut_per_mb
    range.value       | variants:2 vaf=1.01                       | variants:2 vaf
    range.value       | variants:2 vaf=1                          | -
    range.value       | promis29:2 pfa11=0                        | promis29:2 pfa11
    range.value       | promis29:2 global07=0                     | -
    range.value       | adverse_events:2 grade=6                  | adverse_events:2 grade
    required.empty    | adverse_events:2 onset_date=              | adverse_events:2 onset_date
    required.empty    | patients:2 consent_date=2023-02-30        | -
    # Blanks and invisible characters alone are no text.
    required.empty    | treatments:2 drug=\x20                    | treatments:2 drug
    required.empty    | treatments:2 drug=\xa0\t                  | treatments:2 drug
    required.empty    | mtb_recommendations:2 drug=\u200b\x20     | mtb_recommendations:2 drug
    required.empty    | patients:2 diagnosis=\u3164               | patients:2 diagnosis
    required.empty    | ecog:2 patient_id=\x20                    | ecog:2 patient_id
    required.empty    | variants:2 hgvs_p=\x20                    | -
    required.empty    | patients:2 diagnosis=\u732b               | -
    row.empty         | +ecog                                     | ecog:+
    text.blanks       | patients:2 diagnosis=Colon                | -
    text.blanks       | patients:2 diagnosis= Colon               | patients:2 diagnosis
    text.blanks       | patients:2 diagnosis=\x20                 | -
    text.blanks       | variants:2 hgvs_p=\x20                    | variants:2 hgvs_p
    text.blanks       | treatments:2 drug=\xa0docetaxel           | treatments:2 drug
    text.blanks       | mtb_recommendations:2 drug=capmatinib\x20 | mtb_recommendations:2 drug
    text.blanks       | treatments:2 drug=encorafenib + cetuximab | -
    text.blanks       | ecog:2 patient_id=P001\x20                | -
    text.unprintable  | adverse_events:2 verbatim=a\u200bb        | adverse_events:2 verbatim
    text.unprintable  | adverse_events:2 verbatim=a\nb            | -
    text.unprintable  | adverse_events:2 verbatim=caf\xe9         | -
    text.unprintable  | prior_treatments:2 regimen=FOL\ufe0fFOX   | prior_treatments:2 regimen
    text.unprintable  | treatments:2 drug=alpelisib\u200b         | -
    text.unprintable_matched | treatments:2 drug=alpelisib\u200b         | treatments:2 drug
    text.unprintable_matched | mtb_recommendations:3 drug=alpe\u00adlisib | mtb_recommendations:3 drug
    text.unprintable_matched | treatments:2 drug=alpelisib\u3164         | treatments:2 drug
    text.unprintable_matched | treatments:2 drug=alpe\ufffdisib          | treatments:2 drug
    # The blanks of a drug never count, however wide.
    text.unprintable_matched | treatments:2 drug=\xa0folinic\u2003acid   | -
    text.unprintable_matched | prior_treatments:2 regimen=FOLFOX\u200b   | -
    # Of other texts that are compared, they do.
    text.spaces       | patients:2 tumour_group=soft\xa0tissue     | patients:2 tumour_group
    text.spaces       | treatments:2 drug=folinic\u2003acid        | -
    text.spaces       | adverse_events:2 verbatim=very\xa0sick     | -
    text.spaces       | variants:2 gene=KRAS\xa0                  | -
    code.lesion_status  | tumour_lesions:3 status=measured             | tumour_lesions:3 status
    code.lesion_status  | tumour_lesions:2 status=too_small            | -
    code.evidence_level | mtb_recommendations:2 evidence_level=I       | mtb_recommendations:2 evidence_level
    code.evidence_level | mtb_recommendations:3 evidence_level=2       | mtb_recommendations:3 evidence_level
    code.evidence_level | mtb_recommendations:3 evidence_level=LEVEL_Dx1 | -
    code.evidence_level | mtb_recommendations:5 evidence_level=my own  | -
    """
)
CASES.append(
    ("text.too_long", f"adverse_events:2 verbatim={'x' * 501}", "adverse_events:2 verbatim")
)


@pytest.mark.parametrize(("rule", "given", "found"), CASES)
def test_cell(rule, given, found, tmp_path):
    check_case(rule, given, found, tmp_path)
