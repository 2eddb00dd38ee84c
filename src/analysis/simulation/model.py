"""Declared parameters of the synthetic registry, each with where it comes from.

Benchmarks are published molecular-tumour-board programmes: MASTER (ORR 24 %, DCR 55 %, PFS ratio
above 1.3 in 36 %, one third of recommendations followed), IMPACT (ORR 16 against 5 %, PFS 4.0
against 2.8 months, OS 9.3 against 7.3), ROME (ORR 17.5 against 10 %, PFS 3.5 against 2.8 months),
MOSCATO-01 (49 % actionable, OS 11.9 months), WINTHER (35 % treated of 303). "Assumed" marks a value
without a published counterpart, chosen so that the registry has some of everything.
"""

from __future__ import annotations

from .rows import day

DAYS_PER_MONTH = 30.4375
CHUNK_PATIENTS = 2000  # a technical choice; patients do not depend on it within one version

# --- the study (registration: 2021-11 to 2023-11, follow-up 12 months) ---------------------------
ENROLMENT_FIRST, ENROLMENT_LAST = day("2021-11-01"), day("2023-11-15")
CUTS = {
    "DC01": ("First interim analysis", "2022-05-31", "2022-06-15"),
    "DC02": ("Second interim analysis", "2022-11-30", "2022-12-15"),
    "DC03": ("Third interim analysis", "2023-05-31", "2023-06-15"),
    "DC04": ("Final analysis", "2023-11-30", "2023-12-15"),
    "DC05": ("A further cut, for practice", "2024-05-31", "2024-06-15"),
}
FOLLOW_UP_DAYS = 395  # close of the month 12 window
SITES = (("S01", 0.27), ("S02", 0.21), ("S03", 0.18), ("S04", 0.14), ("S05", 0.12), ("S06", 0.08))

# Treatment groups as positions: guided, targeted but not guided, other, (untreated).
TG, TN, OT, NT = 0, 1, 2, 3

# --- visits: label, target day, jitter (design: every 8 weeks, 28 days either side) --------------
VISIT_DAYS = (57, 113, 169, 225, 281, 337, 365)
VISIT_JITTER = ((-8, 12), (-8, 12), (-8, 12), (-8, 12), (-8, 12), (-8, 10), (-6, 20))
VISIT_WINDOWS = (  # label by day, day 1 = first dose
    (29, 84),
    (85, 140),
    (141, 196),
    (197, 252),
    (253, 308),
    (309, 350),
    (351, 395),
)

# --- people and earlier lines (WINTHER: median 3 prior lines; PFS1 assumed) ----------------------
AGE_MEAN, AGE_SD, AGE_RANGE = 59.0, 11.0, (21, 86)
PRIOR_LINES = (0.12, 0.32, 0.30, 0.17, 0.09)  # 1..5
PFS1_MEDIAN_MONTHS = (4.4, 5.0, 6.0, 7.5, 9.0)  # last line first
PFS1_SIGMA = 0.62
PFS1_FRAILTY = -0.25

# --- biopsy to tumour board (turnaround and failure assumed; about 85 % sequenced) ---------------
LIQUID_SHARE = 0.16
INADEQUATE_TISSUE, INADEQUATE_BLOOD = 0.15, 0.04
QC_FAIL = 0.10
REPEAT_AFTER_FAILURE = 0.60
REPORT_MEDIAN_DAYS, REPORT_SIGMA = 19.0, 0.35
REVIEW_AFTER_REPORT = (2, 12)
DEFERRED = 0.07
CANDIDATE_KEPT = 0.88  # the board takes up a candidate alteration
INTERVENABLE_WITHOUT_DRUG = 0.05  # MASTER: 88 % received a recommendation
UNLINKED_WITHOUT_VARIANT, UNLINKED_BESIDE = 0.30, 0.08

# --- choice of the first therapy (MASTER one third followed, I-PREDICT half; target 25-30 % of all
# enrolled guided). Order: none, guided, targeted (other target), concordant before the review,
# part of a combination, other therapy, bridging first -------------------------------------------
PATHS = ("none", "guided", "other_target", "before_review", "partial", "other", "bridge")
NONE, GUIDED, OTHER_TARGET, BEFORE_REVIEW, PARTIAL, OTHER, BRIDGE = range(7)
PATH_LINKED = (0.12, 0.48, 0.06, 0.02, 0.02, 0.23, 0.07)
PATH_UNLINKED = (0.20, 0.0, 0.13, 0.0, 0.0, 0.67, 0.0)
GUIDED_DELAY_MEDIAN, GUIDED_DELAY_SIGMA = 15.0, 0.5
SAME_DAY, EXTRA_DRUG, RECOMMENDED_ORDER_SWAPPED, DECLINED_FOLLOWED = 0.05, 0.06, 0.20, 0.05
SECOND_RANK_CHOSEN, PART_OF_COMBINATION = 0.12, 0.15
STOP_TOXICITY, STOP_CHOICE, STOP_CLINICAL, CHEMOTHERAPY_COMPLETED = 0.10, 0.04, 0.05, 0.12
BEYOND_PROGRESSION = 0.12
# next regimen: chemotherapy, targeted, immunotherapy, endocrine, other; restart of the same drugs
NEXT_CLASS, RESTART = (0.56, 0.20, 0.16, 0.05, 0.03), 0.06
FIRST_OTHER_CLASS = (0.72, 0.0, 0.20, 0.06, 0.02)
NEXT_LENGTH_MEDIAN_DAYS, NEXT_LENGTH_SIGMA = 70.0, 0.65
LOCAL_THERAPY = 0.13
NEXT_LINE, CROSSOVER_GUIDED = 0.55, 0.35
SECOND_BIOPSY, ACQUIRED, GUIDED_BY_SECOND = 0.45, 0.60, 0.65

# --- course of the disease, by group of the first regimen ---------------------------------------
# Median time to progression of patients without objective response, months; shape of the Weibull.
TTP_MEDIAN_MONTHS = (2.2, 1.85, 1.8)
TTP_SHAPE = 1.0
TTP_FRAILTY = -0.30
TTP_RESPONDER_FACTOR, TTP_RESPONDER_FLOOR_DAYS = 2.2, 115
# Response archetypes: none, partial, complete, partial that does not last a second scan.
ARCHETYPES = ("none", "partial", "complete", "transient")
ARCHETYPE_WEIGHTS = (
    (0.69, 0.24, 0.03, 0.04),
    (0.82, 0.135, 0.01, 0.035),
    (0.83, 0.125, 0.01, 0.035),
)
SURVIVAL_AFTER_PD_MONTHS, SURVIVAL_AFTER_PD_FRAILTY = 9.4, -0.30  # mean, exponential
DEATH_BEFORE_PD_PER_MONTH = 0.016
DEATH_BEFORE_THERAPY_PER_MONTH, DEATH_UNTREATED_PER_MONTH = 0.035, 0.13
DEATH_UNTREATED_FRAILTY = 0.30
WITHDRAWAL_PER_MONTH, LOSS_PER_MONTH = 0.006, 0.006
VITAL_STATUS_CONSENT = 0.6

# --- tumour assessments --------------------------------------------------------------------------
BASELINE_LATE, BASELINE_NONE = 0.05, 0.015
NOT_MEASURABLE = 0.09
VISIT_MISSED, VISIT_NOT_EVALUABLE, VISIT_UNSCHEDULED = 0.07, 0.035, 0.05
SCAN_AFTER_PD = 0.30
INVESTIGATOR_WRONG = 0.045  # share of assessments, none in error-free data
CENTRAL_READ, CENTRAL_WRONG = 0.30, 0.08
PD_KINDS = ("target", "non_target", "new", "target_and_new")
PD_KIND_WEIGHTS = (0.50, 0.13, 0.27, 0.10)
MEASUREMENT_SD = 0.035  # of the logarithm of the sum
LESION_SD = 0.08  # of the logarithm of a lesion's share

# --- adverse events: constant hazard per patient-month of the current period (exact for the planted
# rates; levels as in I-PREDICT, where matched and unmatched were alike) --------------------------
SAE_PER_MONTH = (0.075, 0.085, 0.110, 0.045)  # TG TN OT before or without treatment
AE_PER_MONTH = (0.75, 0.80, 1.00, 0.30)
FATAL_SAE_PER_MONTH = 0.004  # after first dose, all groups
BIOPSY_AE, BIOPSY_AE_SERIOUS = 0.07, 0.12

# --- PROMIS-29 on the T scale: mean at baseline, spread between patients, and the planted change
# per visit by group (TG TN OT NT); all assumed, severity as in advanced cancer -------------------
PROMIS_BASELINE = {
    "physical_function": 40.5,
    "anxiety": 54.0,
    "depression": 52.0,
    "fatigue": 55.5,
    "sleep_disturbance": 52.0,
    "social_roles": 43.5,
    "pain_interference": 56.5,
}
PROMIS_CHANGE_PER_VISIT = {
    "physical_function": (0.20, -0.30, -0.60, -0.90),
    "anxiety": (-0.40, -0.20, 0.00, 0.30),
    "depression": (-0.20, 0.00, 0.10, 0.30),
    "fatigue": (-0.20, 0.30, 0.70, 0.70),
    "sleep_disturbance": (-0.10, 0.10, 0.20, 0.30),
    "social_roles": (0.30, -0.20, -0.50, -0.80),
    "pain_interference": (-0.50, -0.10, 0.20, 0.60),
}
PROMIS_SD_PERSON, PROMIS_SD_FRAILTY, PROMIS_SD_VISIT = 5.5, 2.5, 3.0
PROMIS_DISCRIMINATION = 3.2  # of the items, per 10 T points
PROMIS_FORM_MISSING = (0.10, 0.14, 0.16, 0.18, 0.20, 0.22, 0.22, 0.24)  # baseline, visits
PROMIS_ITEM_MISSING = 0.008

# --- ECOG ----------------------------------------------------------------------------------------
ECOG_LIMITS = (-0.45, 1.15, 2.1, 3.3)  # of the latent state, 0|1|2|3|4
ECOG_DRIFT_PER_VISIT = (0.02, 0.10, 0.12, 0.25)
ECOG_AFTER_PD, ECOG_SD, ECOG_MISSING = 0.45, 0.35, 0.06

# --- how the extract differs from the truth, not in error-free data (assumed) --------------------
ENTRY_DELAY_MEAN_DAYS, ENTRY_LATE, ENTRY_LATE_DAYS = 4.0, 0.04, (25, 75)
CORRECTED = 0.05  # rows of a table with something to correct
CORRECTED_AFTER_DAYS = (20, 160)
ERRONEOUS_ROWS = 0.02
DEATH_MONTH_ONLY, DEATH_YEAR_ONLY = 0.05, 0.01
ONSET_MONTH_ONLY = 0.06
PARTIAL_PRIOR_DATES = 0.06


def parameters() -> dict:
    """Every declared parameter, for truth.json."""
    return {
        name: value
        for name, value in sorted(globals().items())
        if name.isupper() and isinstance(value, (int, float, str, tuple, dict))
    }
