"""A tiny valid study: six patients with everything that can stand in an extract, no finding at all.

Rows are dicts of text, as they stand in the files; an absent column is empty. Tests take
`tiny_study()`, change what they are about with `change`, `add` or `drop`, and write it with
`write_extracts`.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from analysis.csv_writer import LineFeeds
from analysis.params import read_rules
from analysis.yaml_source import read_yaml
from schemas.raw import RAW_TABLES
from schemas.terminology import PROMIS29_ITEMS

ROOT = Path(__file__).resolve().parents[1]
Rows = list[dict[str, str]]
Study = dict[str, Rows]

CUT = SimpleNamespace(
    cut="DC04",
    clinical_cutoff=dt.date(2023, 11, 30),
    snapshot_date=dt.date(2023, 12, 15),
)


def _rows(columns: str, *rows: str) -> Rows:
    names = columns.split()
    return [dict(zip(names, row.split("|"), strict=True)) for row in rows]


def _patients() -> Rows:
    return _rows(
        "patient_id site_id consent_date enrolment_date birth_year sex diagnosis oncotree_code "
        "tumour_group diagnosis_date stage metastatic_sites eligible",
        "P001|S01|2023-01-02|2023-01-03|1960|female|Colon adenocarcinoma|COAD|colorectal|2021-05-04|IV|2|Y",
        "P002|S01|2023-01-09|2023-01-10|1955|male|Lung adenocarcinoma|LUAD|lung|2021-11|IV|3|Y",
        "P003|S02|2023-02-01|2023-02-01|1971|female|Cholangiocarcinoma|CHOL|biliary|2022|IV|1|Y",
        "P004|S02|2023-10-02|2023-10-03|1980|unknown|Gastric cancer|STAD|gastric|2022-12-01|IV||Y",
        "P005|S03|2023-03-01|2023-03-02|1949|male|Colon adenocarcinoma|COAD|colorectal|2020-02-11|IV|1|Y",
        "P006|S03|2023-05-03|2023-05-04|1966|female|Ovarian cancer|OVT|ovarian|2021-03|III|0|Y",
    )


def _prior_treatments() -> Rows:
    return _rows(
        "patient_id line regimen therapy_class start_date end_date best_response progression_date stop_reason",
        "P001|1|FOLFOX|chemotherapy|2021-06-01|2022-01-10|PR|2022-01-10|progression",
        "P001|2|FOLFIRI|chemotherapy|2022-02-01|2022-12|SD|2022-12|progression",
        "P002|1|carboplatin+pemetrexed|chemotherapy|2021-12|2022-10|SD||toxicity",
        "P003|1|gemcitabine+cisplatin|chemotherapy|2022|2022|NON-CR/NON-PD||completed",
        "P005|1|CAPOX|chemotherapy|2020-03-01|2020-09-01|PD|2020-09-01|progression",
    )


def _biopsies() -> Rows:
    return _rows(
        "patient_id specimen_id collection_date specimen_type organ tumour_content_pct adequate",
        "P001|SP1|2023-01-05|tissue|liver|40|Y",
        "P001|SP1B|2023-10-20|blood|blood||Y",
        "P002|SP2|2023-01-12|tissue|lung|30|Y",
        "P003|SP3|2023-02-03|tissue|liver|5|N",
        "P004|SP4|2023-10-06|tissue|stomach|55|Y",
        "P005|SP5|2023-03-06|tissue|liver|60|Y",
        "P006|SP6|2023-05-08|tissue|ovary|25.5|Y",
    )


def _sequencing() -> Rows:
    return _rows(
        "patient_id test_id specimen_id profile_number assay report_date qc_status qc_fail_reason "
        "tmb_mut_per_mb msi_status hrd_status",
        "P001|T1|SP1|1|panel-500|2023-01-20|pass||4.2|MSS|negative",
        "P001|T1B|SP1B|2|panel-500|2023-11-03|pass|||MSS|unknown",
        "P002|T2|SP2|1|panel-500|2023-01-27|pass||8|MSS|negative",
        "P003|T3|SP3|1|panel-500|2023-02-15|fail|low_tumour_content||unknown|unknown",
        "P004|T4|SP4|1|panel-500||pending|||unknown|unknown",
        "P005|T5|SP5|1|panel-500|2023-03-20|pass||38.5|MSI-H|negative",
        "P006|T6|SP6|1|panel-500|2023-05-25|pass||3|MSS|positive",
    )


def _variants() -> Rows:
    return _rows(
        "patient_id test_id variant_id gene alteration_type hgvs_p vaf copy_number",
        "P001|T1|V1|BRAF|snv|p.V600E|0.31|",
        "P001|T1|V2|TP53|snv|p.R175H|0.4|",
        "P001|T1B|V3|MAP2K1|snv|p.K57N|0.05|",
        "P002|T2|V4|MET|amplification|||9.5",
        "P005|T5|V5|MLH1|deletion|||0",
        "P006|T6|V6|EML4::ALK|fusion|||",
    )


def _reviews() -> Rows:
    return _rows(
        "patient_id review_id test_id review_date conclusion",
        "P001|R1|T1|2023-01-25|intervenable",
        "P001|R1B|T1B|2023-11-10|deferred",
        "P002|R2|T2|2023-02-01|intervenable",
        "P005|R5|T5|2023-03-24|intervenable",
        "P006|R6|T6|2023-05-30|not_intervenable",
    )


def _recommendations() -> Rows:
    return _rows(
        "patient_id review_id recommendation_id rank variant_id biomarker drug therapy_class "
        "evidence_system evidence_level evidence_version",
        "P001|R1|RC1|1|V1||encorafenib+cetuximab|targeted|ESCAT|I-A|2023-06",
        "P002|R2|RC2|1|V4||capmatinib|targeted|OncoKB|LEVEL_2|2023-06",
        "P005|R5|RC5|1||MSI-H|pembrolizumab|immunotherapy|AMP|I-A|",
        "P006|R6|RC6|1|||carboplatin|chemotherapy|other|standard of care|",
    )


def _decisions() -> Rows:
    return _rows(
        "patient_id recommendation_id decision_date decision reason",
        "P001|RC1|2023-01-26|accepted|",
        "P002|RC2|2023-02-02|declined|access_or_cost",
        "P005|RC5|2023-03-25|accepted|",
        "P006|RC6||pending|",
    )


def _treatments() -> Rows:
    return _rows(
        "patient_id regimen_id drug therapy_class start_date end_date stop_reason local_reason "
        "target_lesion_treated",
        "P001|RG1|encorafenib+cetuximab|targeted|2023-02-01|2023-10-15|progression||",
        "P002|RG2|docetaxel|chemotherapy|2023-02-10|2023-06-20|death||",
        "P002|RG2R|radiotherapy|radiotherapy|2023-05-02|2023-05-06|completed|symptom|N",
        "P003|RG3|capecitabine|chemotherapy|2023-02-20|2023-05-01|toxicity||",
        "P005|RG5|pembrolizumab|immunotherapy|2023-04-03||||",
    )


def _lesions() -> Rows:
    columns = (
        "patient_id visit assessment_date scan_date lesion_id lesion_role organ nodal diameter_mm "
        "status method"
    )
    # P001: liver 30 -> 18 -> 15 -> 16 -> 20 (PR, PR, SD by nadir, PD); a node below normal at best.
    return _rows(
        columns,
        "P001|baseline|2023-01-23||L1|target|liver|N|30|measured|ct",
        "P001|baseline|2023-01-23|2023-01-24|L2|non_target|lung|N||present|ct",
        "P001|week_8|2023-03-29||L1|target|liver|N|18|measured|ct",
        "P001|week_8|2023-03-29||L2|non_target|lung|N||present|ct",
        "P001|week_16|2023-05-24||L1|target|liver|N|15|measured|ct",
        "P001|week_16|2023-05-24||L2|non_target|lung|N||present|ct",
        "P001|week_24|2023-07-19||L1|target|liver|N|16|measured|ct",
        "P001|week_24|2023-07-19||L2|non_target|lung|N||present|ct",
        "P001|week_32|2023-09-13||L1|target|liver|N|22.5|measured|ct",
        "P001|week_32|2023-09-13||L2|non_target|lung|N||present|ct",
        "P001|week_32|2023-09-13||L3|new|bone|N||unequivocal|ct",
        "P002|baseline|2023-02-01||A|target|lung|N|25|measured|ct",
        "P002|baseline|2023-02-01||B|target|lymph node|Y|18|measured|ct",
        "P002|week_8|2023-04-05||A|target|lung|N|24|measured|ct",
        "P002|week_8|2023-04-05||B|target|lymph node|Y|17|measured|ct",
        "P003|baseline|2023-02-14||L1|target|liver|N|41|measured|mri",
        "P003|week_8|2023-04-18||L1|target|liver|N|40|measured|mri",
        "P005|baseline|2023-03-28||L1|target|liver|N|22|measured|pet_ct",
        "P005|week_8|2023-05-30||L1|target|liver|N|0|absent|pet_ct",
        "P005|week_16|2023-07-25||L1|target|liver|N||absent|pet_ct",
        "P005|week_24|2023-09-19||L1|target|liver|N||absent|pet_ct",
        "P005|week_32|2023-11-14||L1|target|liver|N||absent|pet_ct",
    )


def _responses() -> Rows:
    return _rows(
        "patient_id visit assessment_date assessor target_response non_target_response new_lesion "
        "overall_response",
        "P001|week_8|2023-03-29|investigator|PR|NON-CR/NON-PD|N|PR",
        "P001|week_8|2023-03-29|central|PR|NON-CR/NON-PD|N|PR",
        "P001|week_16|2023-05-24|investigator|PR|NON-CR/NON-PD|N|PR",
        "P001|week_24|2023-07-19|investigator|PR|NON-CR/NON-PD|N|PR",
        "P001|week_32|2023-09-13|investigator|PD|NON-CR/NON-PD|Y|PD",
        "P002|week_8|2023-04-05|investigator|SD|NA|N|SD",
        "P003|week_8|2023-04-18|investigator|SD|NA|N|SD",
        "P005|week_8|2023-05-30|investigator|CR|NA|N|CR",
        "P005|week_16|2023-07-25|investigator|CR|NA|N|CR",
        "P005|week_24|2023-09-19|investigator|CR|NA|N|CR",
        "P005|week_32|2023-11-14|investigator|CR|NA|N|CR",
    )


def _adverse_events() -> Rows:
    return _rows(
        "patient_id ae_id term verbatim soc grade serious serious_criterion onset_date "
        "resolution_date outcome related action_taken biopsy_related",
        "P001|AE1|Diarrhea|loose stools, watery|Gastrointestinal disorders|2|N||2023-02-15|2023-02-20|resolved|yes|none|N",
        "P001|AE2|Fatigue|tired|General disorders and administration site conditions|1|N||2023-03||ongoing|yes|none|N",
        'P002|AE3|Febrile neutropenia|"neutropenic fever"|Blood and lymphatic system disorders|4|Y|hospitalisation|2023-02-24|2023-03-04|resolved|yes|interrupted|N',
        "P002|AE4|Sepsis|sepsis|Infections and infestations|5|Y|death|2023-06-18|2023-06-20|fatal|no|not_applicable|N",
        "P003|AE5|Pneumothorax|air after biopsy|Respiratory, thoracic and mediastinal disorders|2|Y|hospitalisation|2023-02-03|2023-02-06|resolved|no|not_applicable|Y",
        "P005|AE6|Anemia|anaemia|Blood and lymphatic system disorders|1|N||2023||unknown|unknown|none|N",
    )


def _form(patient: str, visit: str, date: str, badly: int) -> dict[str, str]:
    """One form of somebody who feels that `badly` (1 to 5)."""
    better_is_higher = ("physical_function", "social_roles")
    items = {
        name: str(6 - badly if domain in better_is_higher else badly)
        for name, domain in PROMIS29_ITEMS.items()
    }
    items["global07"] = str(2 * badly)
    return {"patient_id": patient, "visit": visit, "completion_date": date, **items}


def _promis29() -> Rows:
    return [
        _form("P001", "baseline", "2023-01-25", 3),
        _form("P001", "week_8", "2023-03-29", 2),
        _form("P002", "baseline", "2023-02-08", 4),
        _form("P002", "week_8", "2023-04-05", 4),
        _form("P003", "baseline", "2023-02-20", 2),
        _form("P004", "baseline", "2023-10-10", 1),
        {**_form("P005", "baseline", "2023-04-03", 2), "sleep20": ""},
        _form("P005", "week_16", "2023-07-25", 1),
    ]


def _ecog() -> Rows:
    return _rows(
        "patient_id visit assessment_date ecog",
        "P001|baseline|2023-02-01|1",
        "P001|week_8|2023-03-29|0",
        "P002|baseline|2023-02-08|1",
        "P002|week_8|2023-04-05|2",
        "P002|unscheduled|2023-06-20|5",
        "P003|baseline|2023-02-20|1",
        "P004|baseline|2023-10-10|0",
        "P005|baseline|2023-04-03|1",
        "P005|week_8|2023-05-30|0",
        "P006|baseline|2023-05-20|1",
    )


def _follow_up() -> Rows:
    return _rows(
        "patient_id contact_date vital_status",
        "P001|2023-11-15|alive",
        "P002|2023-06-01|alive",
        "P004|2023-11-20|alive",
        "P005|2023-11-28|alive",
        "P006|2023-07-01|alive",
        "P006|2023-09-15|unknown",
    )


def _disposition() -> Rows:
    return _rows(
        "patient_id event event_date reason cause vital_status_consent",
        "P001|clinical_progression|2023-09-20|pain||",
        "P002|death|2023-06-20||disease|",
        "P003|withdrawal|2023-06|moved away||Y",
        "P006|lost_to_follow_up|2023-09-15|no answer||",
    )


def _reported_outcomes() -> Rows:
    return _rows(
        "patient_id parameter value days status anchor",
        "P001|BOR|PR|||",
        "P001|PFS||200|event|start of treatment",
        "P002|RSP|N|||",
    )


@cache
def shipped_rules():
    """Return the rules of the shipped analysis plan."""
    return read_rules(read_yaml(ROOT / "params" / "sap.yaml"), {}, None)


def tiny_study() -> Study:
    """Return all tables of the tiny study as fresh lists of rows."""
    study = {
        "patients": _patients(),
        "prior_treatments": _prior_treatments(),
        "biopsies": _biopsies(),
        "sequencing": _sequencing(),
        "variants": _variants(),
        "mtb_reviews": _reviews(),
        "mtb_recommendations": _recommendations(),
        "mtb_decisions": _decisions(),
        "treatments": _treatments(),
        "tumour_lesions": _lesions(),
        "tumour_responses": _responses(),
        "adverse_events": _adverse_events(),
        "promis29": _promis29(),
        "ecog": _ecog(),
        "follow_up": _follow_up(),
        "disposition": _disposition(),
        "reported_outcomes": _reported_outcomes(),
    }
    # what only some registries have
    study["patients"][0]["source_subject_id"] = "0017"
    study["tumour_lesions"][0] |= {"assessor": "investigator", "source_visit": "Screening"}
    study["adverse_events"][0]["ae_sequence"] = "1"
    for table in ("tumour_responses", "promis29", "ecog"):
        study[table][0]["source_visit"] = "Visit 2"
    return study


def change(study: Study, table: str, line: int, **cells: str) -> Study:
    """Overwrite cells of the row on that line of the file (the header is line 1)."""
    study[table][line - 2].update(cells)
    return study


def add(study: Study, table: str, like: int | None = None, **cells: str) -> int:
    """Append a row, a copy of the one on line `like` if given; return its line."""
    row = dict(study[table][like - 2]) if like else {}
    study[table].append({**row, **cells})
    return len(study[table]) + 1


def drop(study: Study, table: str, **where: str) -> Study:
    """Delete the rows that hold all of these values."""
    study[table] = [
        row for row in study[table] if any(row.get(name) != value for name, value in where.items())
    ]
    return study


def write_extracts(folder: Path, study: Study | None = None) -> Path:
    """Write the tables as the registry would send them; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (study or tiny_study()).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(LineFeeds(file), RAW_TABLES[name].columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder
