"""What is planted: one function per group of rules, one line per error."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from analysis.findings import Rule

# With fewer forms a correlation of the wrong sign is not held against the extract.
ENOUGH_FORMS = 30
EXTRA_COLUMNS = {"follow_up": ("remark",), "promis29": ("srpsat06",)}


def _shift(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def plant_cells(p) -> None:
    """Types, codes, ranges, patterns, empty cells, odd text, in existing rows."""
    p.edit("type.pattern", "patients", "site_id", "Site 1")
    p.edit("code.unknown", "patients", "sex", "Female")
    p.edit("type.integer", "patients", "metastatic_sites", "two")
    p.edit("range.age_at_consent", "patients", "birth_year", "2015")
    p.edit("text.blanks", "patients", "diagnosis", lambda row: row["diagnosis"] + " ")
    p.edit("follow_up.not_eligible", "patients", "eligible", "N")
    p.edit(
        "dates.diagnosis_after_consent",
        "patients",
        "diagnosis_date",
        lambda row: _shift(row["consent_date"], 1),
    )
    p.edit("type.number", "biopsies", "tumour_content_pct", "40%")
    p.edit("range.value", "sequencing", "tmb_mut_per_mb", "-1")
    p.edit("required.empty", "variants", "gene", "")
    p.edit("molecular.gene_symbol", "variants", "gene", "exon 14?")
    p.edit("molecular.gene_alias", "variants", "gene", "HER2")
    p.edit("type.date", "mtb_decisions", "decision_date", "2023-02-30")
    p.edit("type.partial_date", "prior_treatments", "end_date", "01/02/2023")
    p.edit("text.unprintable", "adverse_events", "verbatim", "nausea\u200b")
    p.edit("text.too_long", "adverse_events", "verbatim", "sick " * 110 + "again")
    p.edit("text.spaces", "patients", "tumour_group", lambda row: row["tumour_group"] + "\u00a0A")
    p.edit("text.unprintable_matched", "treatments", "drug", lambda row: row["drug"] + "\u200b")


def plant_keys(p) -> None:
    """Duplicate keys, orphans, rows of another patient."""
    new = p.new
    patient = new.enrol(10)
    _, first = new.ecog(patient, 5, 1)
    twice = new.add("ecog", **first)
    p.note("key.duplicate", twice, "patient_id+assessment_date", f"{patient}+{new.day(5)}")
    p.note("key.orphan", new.ecog("P9999999", 5, 1), "patient_id")
    other = new.enrol(30)
    new.tested(other, 28)
    new.variant(other, f"T-{other}")
    patient, _, recommendation = new.reviewed(variant_id=f"V1-{other}")
    p.note("key.other_patient", ("mtb_recommendations", recommendation), "variant_id")
    empty = new.add("ecog")
    p.note("row.empty", empty, "")


def plant_conditions(p) -> None:
    """Cells that another cell makes necessary or impossible."""
    new = p.new
    patient = new.enrol(10)
    p.note("required.conditional", new.dies(patient, 2, cause=""), "cause")
    patient = new.enrol(10)
    loss = new.add(
        "disposition",
        patient_id=patient,
        event="lost_to_follow_up",
        event_date=new.day(0),
        cause="disease",
    )
    p.note("required.not_applicable", loss, "cause")
    patient = new.treated(5, 30)
    wrong = new.lesion(patient, 15, "N1", "", lesion_role="non_target", status="measured")
    p.note("code.lesion_status", wrong, "status")
    other = new.add(
        "disposition",
        patient_id=new.enrol(10),
        event="discontinued",
        event_date=new.day(2),
        reason="closure",
    )
    p.note("code.discontinued_reason", other, "reason")
    _, _, recommendation = new.reviewed(evidence_level="I-Z")
    p.note("code.evidence_level", ("mtb_recommendations", recommendation), "evidence_level")


def plant_dates(p) -> None:
    """Impossible orders of dates."""
    new = p.new
    patient = new.enrol(10, consent_date=new.day(9))
    row = next(row for row in p.tables["patients"] if row["patient_id"] == patient)
    p.note("dates.consent_after_enrolment", ("patients", row), "enrolment_date")

    line = new.prior_line(new.enrol(10), 1, end_date="2015-12")
    p.note("dates.end_before_start", line, "end_date")
    line = new.prior_line(new.enrol(10), 1, progression_date="2015")
    p.note("dates.progression_before_start", line, "progression_date")
    line = new.prior_line(new.enrol(10), 1, start_date=new.day(9))
    p.note("dates.prior_line_after_enrolment", line, "start_date")

    patient = new.enrol(10)
    local = new.treat(
        patient,
        11,
        drug="radiotherapy",
        therapy_class="radiotherapy",
        local_reason="symptom",
        target_lesion_treated="N",
    )
    p.note("dates.treatment_before_enrolment", local, "start_date")
    patient = new.enrol(10)
    row = next(row for row in p.tables["patients"] if row["patient_id"] == patient)
    row["enrolment_date"] = ""
    local = new.treat(
        patient,
        5,
        drug="radiotherapy",
        therapy_class="radiotherapy",
        local_reason="symptom",
        target_lesion_treated="N",
    )
    p.note("dates.treatment_without_enrolment", local, "patient_id")

    test = new.tested(new.enrol(30), 20, report_date=new.day(21))
    p.note("dates.report_before_collection", test, "report_date")
    _, review, _ = new.reviewed(19)
    p.note("dates.review_before_report", ("mtb_reviews", review), "review_date")
    patient, _, recommendation = new.reviewed(12)
    decision = new.add(
        "mtb_decisions",
        patient_id=patient,
        recommendation_id=recommendation["recommendation_id"],
        decision_date=new.day(13),
        decision="accepted",
    )
    p.note("dates.decision_before_review", decision, "decision_date")

    patient = new.treated(5, 30)
    lesion = new.lesion(patient, 15, "L2", 20, organ="lung", scan_date=new.day(16))
    p.note("dates.scan_before_assessment", lesion, "scan_date")
    event = new.adverse_event(new.enrol(10), resolution_date=new.day(6), outcome="resolved")
    p.note("dates.resolution_before_onset", event, "resolution_date")
    patient = new.enrol(10)
    clinical = new.add(
        "disposition", patient_id=patient, event="clinical_progression", event_date=new.day(11)
    )
    p.note("dates.event_before_enrolment", clinical, "event_date")


def plant_deaths(p) -> None:
    """What cannot follow or precede a death, and dates after the export."""
    new = p.new
    patient = new.enrol(20)
    new.dies(patient, 8)
    contact = new.add(
        "follow_up", patient_id=patient, contact_date=new.day(3), vital_status="alive"
    )
    p.note("dates.after_death", contact, "contact_date")
    patient = new.enrol(20)
    new.dies(patient, 8)
    p.note("dates.ecog_5_before_death", new.ecog(patient, 10, 5), "assessment_date")
    p.note("follow_up.ecog_5_without_death", new.ecog(new.enrol(20), 2, 5), "ecog")
    patient = new.enrol(20)
    late = new.add(
        "follow_up", patient_id=patient, contact_date="2199-01-01", vital_status="unknown"
    )
    p.note("dates.after_snapshot", late, "contact_date")


def plant_adverse_events(p) -> None:
    """Combinations that CTCAE v5.0 does not have, seriousness, outcome."""
    new = p.new

    def event(rule: str, column: str, patient: str | None = None, **cells: object) -> None:
        who = patient or new.enrol(20)
        p.note(rule, new.adverse_event(who, **cells), column)

    event("adverse_event.unknown_term", "term", term="Anaemia")
    event("adverse_event.wrong_soc", "soc", soc="Cardiac disorders")
    alopecia = {"term": "Alopecia", "soc": "Skin and subcutaneous tissue disorders"}
    event("adverse_event.impossible_grade", "grade", **alopecia, grade=4)
    fatal: dict[str, Any] = {
        "grade": 5,
        "serious": "Y",
        "serious_criterion": "death",
        "outcome": "fatal",
    }
    event("adverse_event.grade_5_not_fatal", "outcome", **{**fatal, "outcome": "ongoing"})
    dead = new.enrol(20)
    new.dies(dead, 2)
    event("adverse_event.fatal_below_grade_5", "grade", dead, **{**fatal, "grade": 4})
    event("adverse_event.serious_without_criterion", "serious_criterion", serious="Y")
    event(
        "adverse_event.criterion_without_serious",
        "serious_criterion",
        serious_criterion="disability",
    )
    event("adverse_event.fatal_without_death", "outcome", **fatal)
    _, first = new.adverse_event(new.enrol(20), ae_sequence="1")
    again = {"ae_id": first["ae_id"], "ae_sequence": "2"}
    event("adverse_event.one_event_two_patients", "ae_id", **again)
    same = new.enrol(20)
    _, first = new.adverse_event(same, ae_sequence="1")
    early = {"ae_id": first["ae_id"], "ae_sequence": "2", "onset_date": new.day(19)}
    event("adverse_event.severities_out_of_order", "onset_date", same, **early)
    by_death = {"serious": "Y", "serious_criterion": "death", "outcome": "resolved"}
    event("adverse_event.death_criterion_not_fatal", "serious_criterion", **by_death)
    event("adverse_event.related_before_treatment", "related", related="yes")
    dead = new.enrol(20)
    new.dies(dead, 2)
    mild = {**fatal, "serious": "N", "serious_criterion": ""}
    event("adverse_event.grade_5_not_serious", "serious", dead, **mild)
    event(
        "adverse_event.ongoing_with_resolution",
        "resolution_date",
        outcome="ongoing",
        resolution_date=new.day(1),
    )
    dead = new.enrol(20)
    new.adverse_event(dead, **fatal)
    new.dies(dead, 2)
    event("fatal_event.two_of_one_patient", "outcome", dead, ae_id=f"AE2-{dead}", term="Stroke",
          soc="Nervous system disorders", **fatal)  # fmt: skip
    dead = new.treated(20, 30)
    new.dies(dead, 2)
    event("fatal_event.related_other_cause", "related", dead, **fatal, related="yes")
    dead = new.enrol(20)
    p.note("fatal_event.cause_without_event", new.dies(dead, 2, cause="treatment"), "cause")
    dead = new.enrol(20)
    new.dies(dead, 2)
    event("fatal_event.ends_on_another_day", "resolution_date", dead, **fatal,
          onset_date=new.day(9), resolution_date=new.day(4))  # fmt: skip
    event("adverse_event.before_consent", "onset_date", onset_date="2016")
    patient = new.enrol(20)
    new.adverse_event(patient)
    event("adverse_event.recorded_twice", "term", patient, ae_id=f"AE2-{patient}")
    event("adverse_event.biopsy_complication_without_biopsy", "biopsy_related", biopsy_related="Y")
    patient = new.enrol(30)
    new.tested(patient, 20)
    early = {"biopsy_related": "Y", "onset_date": new.day(21)}
    event("adverse_event.biopsy_complication_before_biopsy", "onset_date", patient, **early)


def plant_molecular(p) -> None:
    """From the specimen to the recommendation."""
    new = p.new
    patient, _, claim = new.reviewed()
    claim["review_id"] = f"NONE-{patient}"
    p.note("molecular.guided_claim_without_review", ("mtb_recommendations", claim), "review_id")
    patient = new.enrol(30)
    new.tested(patient, 28)
    test = p.tables["biopsies"][-1]
    test["collection_date"] = new.day(31)
    p.note("dates.biopsy_before_consent", ("biopsies", test), "collection_date")
    second = new.tested(new.enrol(30), 28, profile_number=2)
    p.note("molecular.second_profile_without_first", second, "profile_number")
    pending = new.tested(new.enrol(30), 28, qc_status="pending")
    p.note("molecular.pending_with_report", pending, "report_date")
    patient = new.enrol(30)
    new.tested(patient, 28, qc_status="pending", report_date="")
    review = new.add(
        "mtb_reviews",
        patient_id=patient,
        review_id=f"R-{patient}",
        test_id=f"T-{patient}",
        review_date=new.day(3),
        conclusion="not_intervenable",
    )
    p.note("molecular.review_without_report", review, "test_id")
    patient = new.enrol(30)
    new.tested(patient, 28, qc_status="fail", qc_fail_reason="technical")
    p.note("molecular.variant_without_pass", new.variant(patient, f"T-{patient}"), "test_id")
    patient, _, recommendation = new.reviewed()
    new.add(
        "sequencing",
        **{**p.tables["sequencing"][-1], "test_id": f"TB-{patient}"},
    )
    new.variant(patient, f"TB-{patient}", "V2")
    recommendation["variant_id"] = f"V2-{patient}"
    row = ("mtb_recommendations", recommendation)
    p.note("molecular.variant_of_another_test", row, "variant_id")
    _, review, recommendation = new.reviewed()
    review["conclusion"] = "not_intervenable"
    row = ("mtb_recommendations", recommendation)
    p.note("molecular.recommendation_without_conclusion", row, "review_id")
    _, _, recommendation = new.reviewed(variant_id="", biomarker="MSI-H")
    row = ("mtb_recommendations", recommendation)
    p.note("molecular.biomarker_contradicted", row, "biomarker")
    patient, _, recommendation = new.reviewed()
    again = new.add(
        "mtb_recommendations", **{**recommendation, "recommendation_id": f"RC2-{patient}"}
    )
    p.note("molecular.rank_repeated", again, "rank")


def plant_treatment(p) -> None:
    """Regimens and ends of follow-up that contradict each other."""
    new = p.new
    patient = new.enrol(10)
    new.prior_line(patient, 1)
    early = new.prior_line(patient, 2, start_date="2015")
    p.note("treatment.prior_lines_out_of_order", early, "start_date")
    patient = new.treated(5, 30)
    again = new.treat(patient, 5, regimen_id=f"RG-{patient}-2", drug="regorafenib")
    p.note("treatment.several_starts_on_one_date", again, "start_date")
    patient = new.treated(10, 30)
    regimen = p.tables["treatments"][-1]
    regimen.update(end_date=new.day(2), stop_reason="death")
    p.note("treatment.stop_by_death_without_death", ("treatments", regimen), "stop_reason")

    patient = new.enrol(60)
    new.add(
        "disposition",
        patient_id=patient,
        event="withdrawal",
        event_date=new.day(20),
        vital_status_consent="Y",
    )
    p.note("follow_up.after_withdrawal", new.ecog(patient, 10, 1), "assessment_date")
    patient = new.enrol(60)
    ends = {"patient_id": patient, "event_date": new.day(20)}
    new.add("disposition", **ends, event="lost_to_follow_up")
    contact = next(row for row in p.tables["follow_up"] if row["patient_id"] == patient)
    p.note("follow_up.after_loss", ("follow_up", contact), "contact_date")
    patient = new.enrol(60)
    ends = {"patient_id": patient, "event_date": new.day(0)}
    new.add("disposition", **ends, event="lost_to_follow_up")
    second = new.add("disposition", **ends, event="completed")
    p.note("follow_up.several_ends", second, "event")
    patient = new.enrol(300)
    p.tables["follow_up"].pop()
    row = p.tables["patients"][-1]
    p.note("follow_up.sparse", ("patients", row), "patient_id", row["enrolment_date"])
    label = new.ecog(new.enrol(20), 2, 1, visit="month_12")
    p.note("visit.label_vs_date", label, "visit")
    patient = new.enrol(20)
    form = new.add("promis29", patient_id=patient, visit="unscheduled", completion_date=new.day(5))
    p.note("promis29.empty_form", form, "completion_date")


def plant_drug_names(p) -> None:
    """Drugs written otherwise than recommended, than before, or under their trade name."""
    new = p.new

    def given(patient: str, drug: str, therapy_class: str) -> tuple:
        new.lesion(patient, 15, "L1", 30)
        return new.treat(patient, 5, drug=drug, therapy_class=therapy_class)

    patient, _, _ = new.reviewed(drug="dabrafenib+trametinib")
    near = given(patient, "trametinib / dabrafenib", "targeted")
    p.note("drug.near_recommended", near, "drug")
    patient = new.treated(10, 30)
    near = new.treat(patient, 5, regimen_id=f"RG-{patient}-2", drug="capecitabin")
    p.note("drug.near_earlier", near, "drug")
    p.note("drug.trade_name", given(new.enrol(20), "Xeloda", "chemotherapy"), "drug")


def plant_lesions(p) -> None:
    """Selection and size of targets, and rows that contradict each other."""
    new = p.new
    organs = ("liver", "lung", "bone", "skin", "spleen", "brain")
    patient = new.treated(5)
    for number, organ in enumerate(organs, start=1):
        row = new.lesion(patient, 15, f"L{number}", 30, organ=organ)
    p.note("lesion.too_many_targets", row, "lesion_id")
    patient = new.treated(5, 30, 30, 30)
    row = ("tumour_lesions", p.tables["tumour_lesions"][-1])
    p.note("lesion.too_many_targets_per_organ", row, "organ")
    new.treated(5, 9)
    row = ("tumour_lesions", p.tables["tumour_lesions"][-1])
    p.note("lesion.target_not_measurable", row, "diameter_mm")
    patient = new.treated(5, 30)
    row = new.lesion(patient, 15, "N1", 7, lesion_role="non_target", status="absent")
    p.note("lesion.status_contradicts_diameter", row, "diameter_mm")
    patient = new.treated(5, 30)
    row = new.lesion(patient, 8, "L1", 30, organ="kidney")
    p.note("lesion.identity_changes", row, "organ")

    patient = new.treated(60, 30, 20)
    row = new.lesion(patient, 10, "L1", 30)
    new.respond(patient, 10, "NE", "NE")
    p.note("lesion.target_not_followed", row, "lesion_id", "L2")
    patient = new.treated(60, 30)
    new.lesion(patient, 10, "L1", 30)
    row = new.lesion(patient, 10, "L2", 20)
    new.respond(patient, 10, "SD", "SD")
    p.note("lesion.target_after_baseline", row, "lesion_id")
    patient = new.treated(60)
    new.lesion(patient, 70, "L1", 18, organ="lymph node", nodal="Y")
    row = new.lesion(patient, 10, "L1", 9, organ="lymph node", nodal="Y")
    new.respond(patient, 10, "CR", "CR")
    p.note("lesion.small_node", row, "diameter_mm")


def plant_responses(p) -> None:
    """Recorded responses against components, lesions and schedule."""
    new = p.new

    def scanned(dose: int, scan: int, target: str, overall: str) -> tuple:
        patient = new.treated(dose, 30)
        new.lesion(patient, scan, "L1", 30)
        return new.respond(patient, scan, target, overall)

    row = scanned(60, 10, "PR", "SD")
    p.note("response.recorded_vs_components", row, "overall_response")
    row = scanned(60, 10, "PR", "PR")
    p.note("response.recorded_vs_lesions", row, "overall_response")
    patient = new.treated(60, 30)
    new.lesion(patient, 65, "L1", 30)
    row = new.respond(patient, 65, "PD", "PD")
    p.note("response.progression_before_start", row, "assessment_date")
    # Untreated: nothing is derived from the lesions, so only the order of responses is wrong.
    patient = new.enrol(120)
    for days_ago, response in ((60, "CR"), (10, "PR")):
        new.lesion(patient, days_ago, "L1", 30)
        row = new.respond(patient, days_ago, response, response)
    p.note("response.cr_then_lesser", row, "overall_response")
    patient = new.treated(60, 30)
    row = new.respond(patient, 10, "SD", "SD")
    p.note("response.without_lesions", row, "assessment_date")
    patient = new.treated(60, 30)
    row = new.lesion(patient, 10, "L1", 30)
    p.note("response.missing_for_lesions", row, "assessment_date")
    patient = new.enrol(10)
    p.note("response.no_baseline", new.treat(patient, 5), "start_date")
    row = scanned(200, 5, "SD", "SD")
    p.note("response.assessment_gap", row, "assessment_date")
    patient = new.treated(200, 30)
    row = next(row for row in p.tables["treatments"] if row["patient_id"] == patient)
    p.note("response.assessments_stop", ("treatments", row), "start_date", row["start_date"])  # type: ignore[call-overload]


def plant_printed_order(p) -> None:
    """Two items of sleep disturbance in the printed order of the answers, in the whole file."""
    forms = p.tables["promis29"]
    turned = ("sleep109", "sleep116")
    if sum(all(form.get(item) for item in turned) for form in forms) < ENOUGH_FORMS:
        return
    for form in forms:
        for item in turned:
            if form.get(item):
                form[item] = str(6 - int(form[item]))
    for item in turned:
        p.note("promis29.printed_order", ("promis29", None), item)


KINDS = (
    plant_cells,
    plant_keys,
    plant_conditions,
    plant_dates,
    plant_deaths,
    plant_adverse_events,
    plant_molecular,
    plant_treatment,
    plant_drug_names,
    plant_lesions,
    plant_responses,
    plant_printed_order,
)


def plant_raw_text(folder: Path, rules: dict[str, Rule]) -> list[tuple]:
    """Columns and rows that a table of cells cannot hold; the files are written already."""
    planted = []

    def note(rule: str, name: str, line: int | None, column: str, value: str, patient: str) -> None:
        severity = rules[rule].severity
        planted.append((rule, severity, f"{name}.csv", line, column, value, patient))

    note("column.unknown", "follow_up", 1, "remark", "remark", "")
    note("column.promis_version", "promis29", 1, "srpsat06", "srpsat06", "")
    path = folder / "ecog.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "P9999999,unscheduled\n", encoding="utf-8")
    note("row.ragged", "ecog", text.count("\n") + 1, "", "2", "P9999999")
    path = folder / "mtb_reviews.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    last = lines[0].rpartition(",")[2]
    twice = "".join(f"{line},{line.rpartition(',')[2]}\n" for line in lines)
    path.write_text(twice, encoding="utf-8")
    note("column.duplicate", "mtb_reviews", 1, last, last, "")
    path = folder / "variants.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    note("encoding.byte_order_mark", "variants", None, "", "", "")
    return planted
