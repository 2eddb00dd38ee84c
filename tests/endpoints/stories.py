"""Patients told in one line, as raw extracts, and the analysis datasets that follow from them.

A story is a list of facts, each on a study day: day 1 is the first dose, day -7 a week before it,
there is no day 0. Everybody is enrolled two weeks before the first dose, which is a targeted drug.

| written                             | stands for                                                    |
|-------------------------------------|---------------------------------------------------------------|
| `baseline -7`                       | a scan with one target lesion                                 |
| `57 SD`                             | an assessment with that overall response, by the investigator |
| `113 PD`                            | progression of the targets; also `PD new`, `PD non-target`,   |
|                                     | `PD unspecified`; `113 PD new 115`: shown by a scan on day 115|
| `90 NACT`, `90 restart`             | chemotherapy; the first drug again                            |
| `80 stop toxicity`                  | end of the first regimen and why                              |
| `90 clinical`                       | clinical progression on record                                |
| `100 RT target symptom`             | radiotherapy to a target (or `other`) lesion and why          |
| `200 death`                         | death; `2022-06 death`: only the month is known               |
| `150 withdrew N`                    | withdrawal, without consent to vital status (or `Y`)          |
| `150 lost`, `366 completed`         | loss to follow-up, completion                                 |
| `300 alive`                         | a contact                                                     |
| `cut 130`                           | the data cut lies on that day (else day 300)                  |
| `dose 2022-03-10`                   | day 1 is that date                                            |
| `untreated`                         | no drug is ever given; day 1 is the enrolment                 |
| `-12 biopsy`, `-8 report`           | a specimen; its report, quality passed                        |
| `-6 deferred`, `-5 review`          | MTB without conclusion; with, and osimertinib recommended     |
| `60 guided`                         | osimertinib                                                   |
| `30 SAE`, `2022-03 SAE`             | a serious adverse event; `2022-03 SAE -2`: over on that day   |
"""
# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import pandas as pd

from analysis.datacut import apply_cut
from analysis.datasets.adae import build_adae
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adqs import build_adqs
from analysis.datasets.adrs import build_adrs
from analysis.datasets.adsl import build_adsl
from analysis.datasets.adtte import build_adtte
from analysis.endpoints.guided_therapy import linked_recommendations
from schemas.columns import DTYPES
from schemas.raw import RAW_TABLES

CUTOFF = pd.Timestamp("2023-06-30")
LAST_DAY = 300
COMPONENTS = {
    "target": ("PD", "NA", "N"),
    "new": ("SD", "NA", "Y"),
    "non-target": ("SD", "PD", "N"),
    "unspecified": ("SD", "NA", "N"),
}


def read_table(text):
    """Rows of a table drawn with pipes as dicts; a row without a second cell is a heading."""
    cells = [[c.strip() for c in line.strip().strip("|").split("|")] for line in text.splitlines()]
    names, *rows = [row for row in cells if len(row) > 1 and set("".join(row)) - set("-")]
    return [dict(zip(names, row, strict=True)) for row in rows]


class Story:
    """Collects the raw rows of one patient."""

    def __init__(self, patient, text):
        self.patient, self.rows = patient, []
        items = [item.split() for item in text.split(",") if item.strip()]
        last = next((int(i[1]) for i in items if i[0] == "cut"), LAST_DAY)
        given = next((i[1] for i in items if i[0] == "dose"), None)
        self.day_1 = pd.Timestamp(given) if given else CUTOFF - pd.Timedelta(days=last - 1)
        self.treated = ["untreated"] not in items
        enrolled = self.date(-14) if self.treated else self.day_1
        self.add(
            "patients", site_id="S01", consent_date=enrolled, enrolment_date=enrolled,
            birth_year=1960, sex="female", diagnosis="x", oncotree_code="COAD",
            tumour_group="colorectal", diagnosis_date="2020", stage="IV", eligible="Y",
        )  # fmt: skip
        self.regimen = self.drug("afatinib", "targeted", self.day_1) if self.treated else {}
        for item in items:
            if item[0] not in ("cut", "dose", "untreated"):
                self.tell(*item)

    def date(self, day):
        day = int(day)
        return self.day_1 + pd.Timedelta(days=day - 1 if day > 0 else day)

    def add(self, table, **cells):
        cells["patient_id"] = self.patient
        self.rows.append((table, cells))
        return cells

    def drug(self, drug, therapy_class, start, **more):
        number = sum(table == "treatments" for table, _ in self.rows)
        regimen = f"{self.patient}-{number}"
        return self.add(
            "treatments", regimen_id=regimen, drug=drug, therapy_class=therapy_class,
            start_date=start, **more,
        )  # fmt: skip

    def lesion(self, day, name, role, diameter, status, scan=None):
        self.add(
            "tumour_lesions", visit="unscheduled", assessment_date=self.date(day),
            scan_date=self.date(scan) if scan else pd.NaT, lesion_id=name, lesion_role=role,
            organ="liver", nodal="N", diameter_mm=diameter, status=status, method="ct",
        )  # fmt: skip

    def tell(self, day, what, *more):
        if day == "baseline":
            return self.lesion(what, "T1", "target", 20.0, "measured")
        if what in ("CR", "PR", "SD", "NE", "NON-CR/NON-PD", "PD"):
            return self.assessed(day, what, *more)
        told = {
            "NACT": lambda: self.drug("docetaxel", "chemotherapy", self.date(day)),
            "restart": lambda: self.drug("Afatinib", "targeted", self.date(day)),
            "stop": lambda: self.regimen.update(end_date=self.date(day), stop_reason=more[0]),
            "RT": lambda: self.drug(
                "radiotherapy", "radiotherapy", self.date(day),
                target_lesion_treated="Y" if more[0] == "target" else "N", local_reason=more[1],
            ),
            "alive": lambda: self.add(
                "follow_up", contact_date=self.date(day), vital_status="alive"
            ),
            "biopsy": lambda: self.add(
                "biopsies", specimen_id=f"{self.patient}-S", collection_date=self.date(day),
                specimen_type="tissue", organ="liver", adequate="Y",
            ),
            "report": lambda: self.add(
                "sequencing", test_id=f"{self.patient}-T", specimen_id=f"{self.patient}-S",
                profile_number=1, assay="panel", report_date=self.date(day), qc_status="pass",
                msi_status="MSS", hrd_status="unknown",
            ),
            "deferred": lambda: self.reviewed(day, "deferred"),
            "review": lambda: self.reviewed(day, "intervenable"),
            "guided": lambda: self.drug("osimertinib", "targeted", self.date(day)),
            "SAE": lambda: self.add(
                "adverse_events", ae_id=f"{self.patient}-{day}", term="Sepsis", verbatim="sepsis",
                soc="Infections and infestations", grade=3, serious="Y",
                serious_criterion="hospitalisation", onset_date=self.partial(day),
                outcome="resolved" if more else "ongoing", related="no", action_taken="none",
                biopsy_related="N", resolution_date=self.partial(more[0]) if more else None,
            ),
            "clinical": lambda: self.disposed(day, "clinical_progression"),
            "death": lambda: self.disposed(day, "death", cause="disease"),
            "withdrew": lambda: self.disposed(day, "withdrawal", vital_status_consent=more[0]),
            "lost": lambda: self.disposed(day, "lost_to_follow_up"),
            "completed": lambda: self.disposed(day, "completed"),
        }  # fmt: skip
        return told[what]()

    def disposed(self, day, event, **more):
        self.add("disposition", event=event, event_date=self.partial(day), **more)

    def partial(self, day):
        is_partial = len(day) == len("2022") or "-" in day[1:]
        return day if is_partial else f"{self.date(day):%Y-%m-%d}"

    def reviewed(self, day, conclusion):
        review = f"{self.patient}-R{conclusion}"
        self.add(
            "mtb_reviews", review_id=review, test_id=f"{self.patient}-T",
            review_date=self.date(day), conclusion=conclusion,
        )  # fmt: skip
        if conclusion == "intervenable":
            self.add(
                "mtb_recommendations", recommendation_id=f"{review}-1", review_id=review, rank=1,
                biomarker="HRD", drug="osimertinib", therapy_class="targeted",
                evidence_system="ESCAT", evidence_level="I-A",
            )  # fmt: skip

    def assessed(self, day, response, kind="target", scan=None):
        target, non_target, new = (response, "NA", "N")
        if response == "PD":
            target, non_target, new = COMPONENTS[kind]
        self.add(
            "tumour_responses", visit="unscheduled", assessment_date=self.date(day),
            assessor="investigator", target_response=target, non_target_response=non_target,
            new_lesion=new, overall_response=response,
        )  # fmt: skip
        if scan and kind == "target":
            self.lesion(day, "T1", "target", 40.0, "measured", scan)
        elif scan:
            self.lesion(day, "T1", "target", 20.0, "measured")
            self.lesion(day, "N1", "new", None, "unequivocal", scan)


def raw_frames(rows):
    """All 16 raw tables, typed, from (table, cells) pairs."""
    frames = {}
    for name, declared in RAW_TABLES.items():
        mine = [cells for table, cells in rows if table == name]
        frame = pd.DataFrame(mine, columns=declared.columns)
        for column, field in declared.fields.items():
            frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
            if field.kind == "date":
                frame[column] = pd.to_datetime(frame[column])
            frame[column] = frame[column].astype(DTYPES[field.kind])
        frames[name] = frame.assign(**{declared.line_column: range(2, 2 + len(frame))})
    return frames


def extracts_of(stories):
    """Raw tables of several stories: P001, P002, ... in the order given, or a dict by patient."""
    if not isinstance(stories, dict):
        stories = {f"P{number:03d}": text for number, text in enumerate(stories, start=1)}
    told = [Story(patient, text) for patient, text in stories.items()]
    return raw_frames([row for story in told for row in story.rows])


def datasets_of(extracts, rules, cutoff=CUTOFF):
    """ADSL, ADEX, ADRS, ADAE and ADTTE of raw tables as of a cut."""
    known = apply_cut(extracts, cutoff).frames
    recommendations = linked_recommendations(known, rules)
    classified = classified_regimens(known["treatments"], recommendations, rules)
    adsl = build_adsl(known, recommendations, classified, cutoff, rules)
    adex = build_adex(known["treatments"], classified)
    adrs = build_adrs(known["tumour_responses"], known["tumour_lesions"], adsl, rules)
    adae = build_adae(known["adverse_events"], adsl, adex, rules)
    adqs = build_adqs(known["promis29"], known["ecog"], adsl, rules)
    adtte = build_adtte(adsl, adex, adrs, adae, adqs, known, rules)
    return {"adsl": adsl, "adex": adex, "adrs": adrs, "adae": adae, "adtte": adtte}


def change_rules(rules, group, **keys):
    """The rules with some keys of one group changed; an unknown key is an error."""
    before = getattr(rules, group)
    after = type(before).model_validate({**before.model_dump(), **keys})
    return rules.model_copy(update={group: after})


def parameter(adtte, paramcd):
    """Rows of one parameter, indexed by patient."""
    return adtte[adtte["PARAMCD"].eq(paramcd)].set_index("USUBJID")
