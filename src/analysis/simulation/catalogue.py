"""What a patient of the synthetic registry can have: tumours, alterations, drugs, adverse events.

Frequencies of alterations by tumour type are rounded from public sequencing series (AACR GENIE and
the tumour-type papers of TCGA); tiers are a plain reading of ESCAT for the pair of alteration and
drug, not a clinical statement.
"""

# ruff: noqa: E501  (one row per alteration reads as a table)
from __future__ import annotations

from typing import Any

# OncoTree code, group, diagnosis, weight, share of women, organ of the primary
TUMOURS = (
    ("COAD", "colorectal", "Adenocarcinoma of the colon", 0.13, 0.45, "colon"),
    ("READ", "colorectal", "Adenocarcinoma of the rectum", 0.05, 0.40, "rectum"),
    ("LUAD", "lung", "Adenocarcinoma of the lung", 0.12, 0.48, "lung"),
    ("LUSC", "lung", "Squamous cell carcinoma of the lung", 0.04, 0.25, "lung"),
    ("IHCH", "biliary", "Intrahepatic cholangiocarcinoma", 0.09, 0.45, "liver"),
    ("GBC", "biliary", "Carcinoma of the gallbladder", 0.03, 0.65, "gallbladder"),
    ("PAAD", "pancreatic", "Adenocarcinoma of the pancreas", 0.10, 0.46, "pancreas"),
    ("IDC", "breast", "Invasive ductal carcinoma of the breast", 0.09, 0.99, "breast"),
    ("HGSOC", "ovarian", "High-grade serous carcinoma of the ovary", 0.07, 1.0, "ovary"),
    ("STAD", "gastric", "Adenocarcinoma of the stomach", 0.07, 0.36, "stomach"),
    ("UCEC", "endometrial", "Endometrial carcinoma", 0.04, 1.0, "uterus"),
    ("PRAD", "prostate", "Adenocarcinoma of the prostate", 0.04, 0.0, "prostate"),
    ("HNSC", "head_and_neck", "Squamous cell carcinoma of the head and neck", 0.03, 0.25, "head_neck"),
    ("SKCM", "melanoma", "Cutaneous melanoma", 0.02, 0.42, "skin"),
    ("LMS", "sarcoma", "Leiomyosarcoma", 0.03, 0.6, "soft_tissue"),
    ("BLCA", "bladder", "Urothelial carcinoma of the bladder", 0.03, 0.26, "bladder"),
    ("CUP", "unknown_primary", "Carcinoma of unknown primary", 0.02, 0.5, "unknown"),
)  # fmt: skip

# gene, type, hgvs_p, frequency, {group: frequency}, drug or None, class, tier 1-4 (0 = none)
ALTERATIONS: tuple[tuple[Any, ...], ...] = (
    ("BRAF", "snv", ("p.V600E",), 0.015, {"colorectal": 0.09, "melanoma": 0.40, "biliary": 0.04, "lung": 0.03}, "dabrafenib+trametinib", "targeted", 1),
    ("KRAS", "snv", ("p.G12C",), 0.005, {"lung": 0.13, "colorectal": 0.04, "pancreatic": 0.02}, "sotorasib", "targeted", 1),
    ("EGFR", "indel", ("p.E746_A750del", "p.A763_Y764insFQEA"), 0.001, {"lung": 0.15}, "osimertinib", "targeted", 1),
    ("ALK", "fusion", ("",), 0.001, {"lung": 0.04}, "alectinib", "targeted", 1),
    ("RET", "fusion", ("",), 0.003, {"lung": 0.02}, "selpercatinib", "targeted", 1),
    ("NTRK1", "fusion", ("",), 0.006, {}, "larotrectinib", "targeted", 1),
    ("FGFR2", "fusion", ("",), 0.004, {"biliary": 0.13}, "pemigatinib", "targeted", 1),
    ("IDH1", "snv", ("p.R132C", "p.R132H"), 0.003, {"biliary": 0.14}, "ivosidenib", "targeted", 1),
    ("ERBB2", "amplification", ("",), 0.035, {"breast": 0.15, "gastric": 0.16, "biliary": 0.09, "colorectal": 0.05, "bladder": 0.09, "endometrial": 0.07}, "trastuzumab+pertuzumab", "targeted", 1),
    ("MET", "snv", ("p.D1010H", ""), 0.003, {"lung": 0.03}, "tepotinib", "targeted", 1),
    ("FGFR3", "snv", ("p.S249C", "p.R248C"), 0.004, {"bladder": 0.18}, "erdafitinib", "targeted", 1),
    ("BRCA1", "indel", ("p.E23Vfs*17", "p.Q1756Pfs*74"), 0.012, {"ovarian": 0.12, "breast": 0.04}, "olaparib", "targeted", 1),
    ("BRCA2", "indel", ("p.S1982Rfs*22", "p.K3326*"), 0.018, {"ovarian": 0.08, "prostate": 0.11, "pancreatic": 0.05, "breast": 0.04}, "olaparib", "targeted", 1),
    ("PALB2", "indel", ("p.L531Cfs*30",), 0.008, {"breast": 0.015, "pancreatic": 0.015}, "olaparib", "targeted", 2),
    ("PIK3CA", "snv", ("p.H1047R", "p.E545K", "p.E542K"), 0.08, {"breast": 0.34, "endometrial": 0.40, "colorectal": 0.17, "head_and_neck": 0.17, "bladder": 0.2}, "alpelisib", "targeted", 2),
    ("AKT1", "snv", ("p.E17K",), 0.010, {"breast": 0.05, "endometrial": 0.04}, "ipatasertib", "targeted", 2),
    ("PTEN", "deletion", ("",), 0.05, {"endometrial": 0.3, "prostate": 0.2}, "ipatasertib", "targeted", 4),
    ("NF1", "snv", ("p.R1276*", "p.R440*"), 0.04, {"melanoma": 0.12, "sarcoma": 0.08}, "trametinib", "targeted", 4),
    ("MDM2", "amplification", ("",), 0.025, {"sarcoma": 0.1}, "milademetan", "targeted", 3),
    ("CDK4", "amplification", ("",), 0.02, {"sarcoma": 0.1}, "palbociclib", "targeted", 3),
    ("CDKN2A", "deletion", ("",), 0.15, {"pancreatic": 0.28, "head_and_neck": 0.3, "bladder": 0.3, "biliary": 0.22}, "palbociclib", "targeted", 3),
    ("FGFR1", "amplification", ("",), 0.03, {"lung": 0.06, "breast": 0.11}, "erdafitinib", "targeted", 4),
    ("EGFR", "amplification", ("",), 0.02, {"head_and_neck": 0.12, "gastric": 0.05}, "cetuximab", "targeted", 3),
    ("TSC2", "snv", ("p.R611W", "p.R1459*"), 0.015, {}, "everolimus", "targeted", 3),
    ("ATM", "snv", ("p.R337C", "p.R3008C"), 0.04, {"prostate": 0.07}, "olaparib", "targeted", 3),
    ("KRAS", "snv", ("p.G12D", "p.G12V", "p.G13D", "p.G12R"), 0.06, {"pancreatic": 0.85, "colorectal": 0.38, "lung": 0.16, "biliary": 0.15, "endometrial": 0.15}, None, "", 0),
    ("TP53", "snv", ("p.R175H", "p.R273C", "p.R248Q", "p.Y220C", "p.R282W"), 0.5, {"ovarian": 0.95, "pancreatic": 0.7, "colorectal": 0.7, "prostate": 0.25, "melanoma": 0.15}, None, "", 0),
    ("APC", "indel", ("p.R1450*", "p.T1556Nfs*3"), 0.03, {"colorectal": 0.76}, None, "", 0),
    ("SMAD4", "snv", ("p.R361H", "p.R445*"), 0.04, {"pancreatic": 0.28, "colorectal": 0.14}, None, "", 0),
    ("ARID1A", "indel", ("p.D1850Tfs*33", "p.R1989*"), 0.1, {"endometrial": 0.4, "biliary": 0.16}, None, "", 0),
    ("RB1", "deletion", ("",), 0.05, {"sarcoma": 0.3}, None, "", 0),
    ("STK11", "snv", ("p.F354L", "p.Q170*"), 0.02, {"lung": 0.16}, None, "", 0),
    ("MYC", "amplification", ("",), 0.06, {"breast": 0.15, "ovarian": 0.2}, None, "", 0),
    ("KEAP1", "snv", ("p.R320Q", "p.G333C"), 0.02, {"lung": 0.15}, None, "", 0),
)  # fmt: skip
# Candidates that are biomarkers, after the alterations: name, drug, class, tier
BIOMARKERS = (
    ("MSI-H", "pembrolizumab", "immunotherapy", 1),
    ("HRD", "niraparib", "targeted", 2),
    ("TMB-H", "pembrolizumab", "immunotherapy", 2),
)
MSI_HIGH = {"colorectal": 0.06, "endometrial": 0.22, "gastric": 0.08}
MSI_HIGH_ELSE = 0.012
HRD_POSITIVE = {"ovarian": 0.42, "breast": 0.14, "prostate": 0.1, "pancreatic": 0.08}
HRD_POSITIVE_ELSE = 0.03
# Alterations acquired under a targeted drug; their drugs occur nowhere in the first profile.
ACQUIRED = (
    ("MET", "amplification", "", "capmatinib", "targeted", 2),
    ("ERBB2", "snv", "p.L755S", "neratinib", "targeted", 3),
    ("FGFR2", "snv", "p.V564F", "futibatinib", "targeted", 2),
    ("KRAS", "snv", "p.G12C", "adagrasib", "targeted", 2),
    ("AKT3", "amplification", "", "capivasertib", "targeted", 4),
    ("ESR1", "snv", "p.D538G", "elacestrant", "endocrine", 2),
)
# Therapies that no linked recommendation names; no entry's drugs contain another's.
CHEMOTHERAPY = (
    "irinotecan",
    "docetaxel",
    "oxaliplatin+capecitabine",
    "paclitaxel",
    "gemcitabine+cisplatin",
    "trifluridine+tipiracil",
    "carboplatin+pemetrexed",
    "eribulin",
    "vinorelbine",
    "temozolomide",
)
TARGETED = ("regorafenib", "lenvatinib", "anlotinib", "cabozantinib", "pazopanib", "fruquintinib")
IMMUNOTHERAPY = ("nivolumab", "sintilimab", "toripalimab", "camrelizumab")
ENDOCRINE = ("fulvestrant", "letrozole", "enzalutamide", "megestrol")
OTHER = ("octreotide", "thalidomide")
EXTRA_DRUG = "bevacizumab"
LOCAL = (
    ("palliative radiotherapy", "radiotherapy"),
    ("stereotactic radiotherapy", "radiotherapy"),
    ("metastasectomy", "surgery"),
)
ASSAYS = ("FoundationOne CDx", "TruSight Oncology 500", "Oncomine Comprehensive v3", "WES and RNA")
LIQUID_ASSAYS = ("FoundationOne Liquid CDx", "Guardant360")

# Evidence level by system (order of terminology.EVIDENCE_SYSTEM) and tier 1..4
EVIDENCE_LEVELS = (
    ("I-B", "II-B", "III-A", "IV-A"),
    ("LEVEL_1", "LEVEL_2", "LEVEL_3B", "LEVEL_4"),
    ("I-A", "I-B", "II-C", "II-D"),
    ("m1A", "m1C", "m2A", "m3"),
)
EVIDENCE_SYSTEM_WEIGHTS = (0.6, 0.2, 0.12, 0.08)
EVIDENCE_VERSIONS = ("2021-06", "2021-12", "2022-06", "2022-12", "2023-06")

ORGANS = (
    "adrenal", "bladder", "bone", "brain", "breast", "colon", "gallbladder", "head_neck", "liver",
    "lung", "lymph_node", "ovary", "pancreas", "peritoneum", "pleura", "prostate", "rectum", "skin",
    "soft_tissue", "spleen", "stomach", "unknown", "uterus", "blood",
)  # fmt: skip
TARGET_ORGANS = ("liver", "lung", "adrenal", "soft_tissue", "peritoneum", "spleen")
NON_TARGET_ORGANS = ("bone", "pleura", "peritoneum", "lymph_node", "liver", "lung")
NEW_ORGANS = ("liver", "brain", "bone", "lung", "peritoneum", "soft_tissue")

# term, weight by therapy class (targeted, immunotherapy, chemotherapy, none) for non-serious events
AE_TERMS = (
    ("Fatigue", (10, 10, 10, 10)),
    ("Nausea", (8, 3, 10, 4)),
    ("Diarrhea", (9, 4, 5, 2)),
    ("Anemia", (5, 3, 9, 5)),
    ("Neutrophil count decreased", (3, 1, 9, 0)),
    ("Platelet count decreased", (4, 1, 6, 1)),
    ("Alanine aminotransferase increased", (6, 4, 3, 2)),
    ("Rash maculo-papular", (7, 6, 1, 0)),
    ("Mucositis oral", (4, 1, 3, 0)),
    ("Hypertension", (5, 1, 1, 1)),
    ("Hyperglycemia", (4, 1, 1, 1)),
    ("Anorexia", (5, 3, 5, 6)),
    ("Vomiting", (4, 1, 6, 3)),
    ("Constipation", (3, 2, 4, 4)),
    ("Peripheral sensory neuropathy", (1, 0, 6, 0)),
    ("Hypothyroidism", (0, 7, 0, 0)),
    ("Pruritus", (2, 5, 0, 0)),
    ("Abdominal pain", (3, 2, 4, 7)),
    ("Back pain", (2, 2, 2, 5)),
    ("Edema limbs", (4, 1, 1, 2)),
    ("Dyspnea", (2, 2, 2, 4)),
    ("Cough", (2, 2, 2, 3)),
    ("Alopecia", (1, 0, 5, 0)),
    ("Insomnia", (1, 1, 2, 2)),
)
SERIOUS_TERMS = (
    ("Lung infection", (8, 7, 8, 7)),
    ("Sepsis", (4, 3, 7, 4)),
    ("Febrile neutropenia", (1, 0, 9, 0)),
    ("Pneumonitis", (5, 8, 1, 0)),
    ("Colitis", (1, 7, 1, 0)),
    ("Thromboembolic event", (6, 4, 6, 5)),
    ("Ileus", (4, 3, 4, 5)),
    ("Biliary tract infection", (4, 3, 4, 5)),
    ("Pleural effusion", (4, 4, 3, 5)),
    ("Dehydration", (4, 2, 5, 4)),
    ("Acute kidney injury", (3, 2, 4, 3)),
    ("Upper gastrointestinal hemorrhage", (3, 2, 3, 4)),
    ("Vomiting", (3, 1, 5, 4)),
    ("Diarrhea", (4, 1, 3, 1)),
    ("Pain", (3, 3, 3, 7)),
    ("Heart failure", (3, 2, 1, 1)),
)
BIOPSY_TERMS = (
    ("Pneumothorax", 3),
    ("Bruising", 4),
    ("Pain", 4),
    ("Intra-abdominal hemorrhage", 1),
)
FATAL_TERMS = ("Sepsis", "Lung infection", "Pneumonitis", "Respiratory failure", "Hepatic failure")


def by_group(table: dict[str, float], otherwise: float) -> list[float]:
    """A frequency for each entry of TUMOURS."""
    return [table.get(tumour[1], otherwise) for tumour in TUMOURS]
