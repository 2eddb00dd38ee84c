"""Code lists of the registry: what each coded column may hold.

One tuple per list, in the order in which a table shows them. Raw extracts, analysis datasets and
the synthetic registry all read the codes here, so a code exists once. Source: the data model of the
project (docs/data-model.md) and the published scales named beside each list.
"""

from __future__ import annotations

YES_NO = ("Y", "N")
UNKNOWN = "unknown"
YES_NO_UNKNOWN = (*YES_NO, UNKNOWN)

# --- patients ------------------------------------------------------------------------------------
SEX = ("female", "male", "unknown")
STAGE = ("III", "IV", "unknown")

# --- treatment -----------------------------------------------------------------------------------
THERAPY_CLASS = (
    "targeted",
    "immunotherapy",
    "chemotherapy",
    "endocrine",
    "radiotherapy",
    "surgery",
    "other",
)
LOCAL_CLASSES = ("radiotherapy", "surgery")
PRIOR_STOP_REASON = ("progression", "toxicity", "completed", "patient_choice", "other", "unknown")
STOP_REASON = (
    "progression",
    "toxicity",
    "death",
    "patient_choice",
    "completed",
    "other",
    "unknown",
)
LOCAL_REASON = ("progression", "symptom", "consolidation", "other")

# --- biopsy, sequencing, tumour board ------------------------------------------------------------
SPECIMEN_TYPE = ("tissue", "blood")
QC_STATUS = ("pass", "fail", "pending")
QC_FAIL_REASON = (
    "insufficient_tissue",
    "low_tumour_content",
    "nucleic_acid_quality",
    "technical",
    "other",
)
MSI_STATUS = ("MSS", "MSI-H", "unknown")
HRD_STATUS = ("positive", "negative", "unknown")
ALTERATION_TYPE = ("snv", "indel", "amplification", "deletion", "fusion", "other")
MTB_CONCLUSION = ("intervenable", "not_intervenable", "deferred")
BIOMARKER = ("MSI-H", "TMB-H", "HRD", "other")
EVIDENCE_SYSTEM = ("ESCAT", "OncoKB", "AMP", "other")
MTB_DECISION = ("accepted", "declined", "pending")
DECISION_REASON = (
    "deterioration",
    "death",
    "access_or_cost",
    "patient_choice",
    "clinician_choice",
    "trial_unavailable",
    "comorbidity",
    "lost",
    "other",
    "unknown",
)

# --- tumour assessment (RECIST 1.1) --------------------------------------------------------------
LESION_ROLE = ("target", "non_target", "new")
LESION_STATUS = (
    "measured",
    "too_small",
    "absent",
    "present",
    "unequivocal_progression",
    "not_evaluable",
    "equivocal",
    "unequivocal",
)
LESION_STATUS_BY_ROLE = {
    "target": ("measured", "too_small", "absent", "not_evaluable"),
    "non_target": ("present", "absent", "unequivocal_progression", "not_evaluable"),
    "new": ("equivocal", "unequivocal"),
}
IMAGING_METHOD = ("ct", "mri", "pet_ct", "xray", "clinical", "other")
ASSESSOR = ("investigator", "central", "second_reader")
TARGET_RESPONSE = ("CR", "PR", "SD", "PD", "NE", "NA")
NON_TARGET_RESPONSE = ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")
OVERALL_RESPONSE = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
BEST_OVERALL_RESPONSE = (*OVERALL_RESPONSE, "MISSING")

# --- adverse events (CTCAE v5.0) -----------------------------------------------------------------
SERIOUS_CRITERION = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "medically_important",
)
AE_OUTCOME = ("resolved", "resolved_with_sequelae", "ongoing", "fatal", "unknown")
RELATED = ("yes", "no", "unknown")
ACTION_TAKEN = (
    "none",
    "dose_reduced",
    "interrupted",
    "discontinued",
    "not_applicable",
    "unknown",
)

# --- follow-up -----------------------------------------------------------------------------------
VITAL_STATUS = ("alive", "unknown")
DISPOSITION_EVENT = (
    "death",
    "withdrawal",
    "lost_to_follow_up",
    "completed",
    "clinical_progression",
    "discontinued",
)
DISCONTINUED_REASON = (  # why the study, never a treatment, ended otherwise
    "adverse_event",
    "study_closure",
    "protocol_violation",
    "lack_of_efficacy",
    "physician_decision",
    "other",
)
CAUSE_OF_DEATH = ("disease", "treatment", "other", "unknown")
VISIT = (
    "baseline",
    "week_8",
    "week_16",
    "week_24",
    "week_32",
    "week_40",
    "week_48",
    "month_12",
    "unscheduled",
)

# --- PROMIS-29 Profile v2.1: item code -> domain, in the order of the form -----------------------
PROMIS29_ITEMS = {
    **dict.fromkeys(("pfa11", "pfa21", "pfa23", "pfa53"), "physical_function"),
    **dict.fromkeys(("edanx01", "edanx40", "edanx41", "edanx53"), "anxiety"),
    **dict.fromkeys(("eddep04", "eddep06", "eddep29", "eddep41"), "depression"),
    **dict.fromkeys(("hi7", "an3", "fatexp41", "fatexp40"), "fatigue"),
    **dict.fromkeys(("sleep109", "sleep116", "sleep20", "sleep44"), "sleep_disturbance"),
    **dict.fromkeys(
        ("srpper11_caps", "srpper18_caps", "srpper23_caps", "srpper46_caps"), "social_roles"
    ),
    **dict.fromkeys(("painin9", "painin22", "painin31", "painin34"), "pain_interference"),
    "global07": "pain_intensity",
}

# --- analysis datasets ---------------------------------------------------------------------------
TREATMENT_GROUP = ("TG", "TN", "OT", "NT")
RECOMMENDATION_GROUP = ("REC-T", "REC-O", "REC-N", "pending")
GUIDED_CLASS = ("targeted", "immunotherapy", "other")
RAW_TABLES = (
    "patients",
    "prior_treatments",
    "biopsies",
    "sequencing",
    "variants",
    "mtb_reviews",
    "mtb_recommendations",
    "mtb_decisions",
    "treatments",
    "tumour_lesions",
    "tumour_responses",
    "adverse_events",
    "promis29",
    "ecog",
    "follow_up",
    "disposition",
    "reported_outcomes",
)
#: Tables that a registry may have: no file is an empty table.
OPTIONAL_TABLES = ("reported_outcomes",)
REQUIRED_TABLES = tuple(name for name in RAW_TABLES if name not in OPTIONAL_TABLES)
REPORTED_PARAMETER = ("BOR", "RSP", "PFS", "OS")
REPORTED_STATUS = ("event", "censored")
STAT_NAMES = (
    "n",
    "N",
    "n_events",
    "pct",
    "estimate",
    "ci_low",
    "ci_high",
    "mean",
    "sd",
    "median",
    "q1",
    "q3",
    "min",
    "max",
    "se",
    "p_value",
    "n_at_risk",
    "n_missing",
    "n_not_due",
)

# --- parameters of the analysis datasets ---------------------------------------------------------
GUIDED_FAILURE = ("resistance", "intolerance")
UNTREATED_STATUS = ("pending", "final")
STUDY_STATUS = ("ONGOING", "COMPLETED", "DISCONTINUED", "SCREEN FAILURE")
DISCONTINUATION = (  # DCSREAS: how the study ended where it was not completed
    "death",
    "withdrawal",
    "lost_to_follow_up",
    "no contact up to the planned end",
    *DISCONTINUED_REASON,
)
FLAG = ("Y",)
IMPUTED = ("D", "M")
AE_PHASE = ("before_or_without", "on_treatment", "after")
FORM_STATE = ("completed", "missing", "off_study", "dead", "not_due")
ADTR_PARAMCD = ("SUMDIAM", "NTARGET", "LDIAM")
ADRS_PARAMCD = (
    "OVRINV",
    "OVRCEN",
    "OVRDER",
    "OVR2RD",
    "OVRDERC",
    "OVRDER2",
    "OVREARL",
    "OVRLATE",
    "TRGRESP",
    "NTGRESP",
    "NEWLES",
    "BOR",
    "CBOR",
    "CBORG",
    "RSP",
    "CRSP",
    "BORREP",
    "RSPREP",
    "DCR",
    "CBR16",
    "CBR6M",
    "PD",
)
ADTTE_PARAMCD = (
    "OS",
    "PFS",
    "PFSHYP",
    "PFSCOMP",
    "PFSTP",
    "PFSUNT",
    "PFSEARL",
    "PFSLATE",
    "PFSG",
    "OSENR",
    "OSMTB",
    "OSLIM",
    "OSENRLIM",
    "OSMTBLIM",
    "OSCONT",
    "OSUNKN",
    "PFSREP",
    "OSREP",
    "PFSENR",
    "PFSENR1",
    "PFSENR0",
    "PFSENRL",
    "PFSMTB",
    "PFSMTB1",
    "PFSMTB0",
    "PFSMTBL",
    "DOR",
    "TTR",
    "TTGUID",
    "TOT",
    "TTSAE",
    "TCONBIO",
    "TBIONGS",
    "TNGSMTB",
    "TMTBTRT",
    "TCONTRT",
    "TTDPF",
    "TTDANX",
    "TTDDEP",
    "TTDFAT",
    "TTDSLP",
    "TTDSOC",
    "TTDPAINI",
    "TTDPAINN",
)
ADQS_PARAMCD = (
    "PF",
    "ANX",
    "DEP",
    "FAT",
    "SLP",
    "SOC",
    "PAINI",
    "PAINN",
    "PHS",
    "MHS",
    "ECOG",
)
