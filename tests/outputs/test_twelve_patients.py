"""Every planned output of the twelve patients has a value that a clinician recomputes by pencil.

The stories stand in ``twelve_patients.py``. Of each table a cell (heading > line, column), of each
listing a line, of each figure its data, its words and its title; each with the reason.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import pytest

from analysis.changes import ABOUT_CHANGES
from analysis.outputs.catalogue import MODULE_OF
from analysis.sap import read_study
from tests.outputs.twelve_patients import of_twelve
from tests.study_folder import PROJECT

# output | table | heading > line | column | cell | why
CELLS = """
CUT.1 | Rows and cells by table | patients.csv | Rows kept | 12 | twelve patients, nothing after the cut
CUT.1 | Rows and cells by table | mtb_decisions.csv | Kept without a date | 2 | the decisions of P006 and P016 are pending
DQ.1 | By rule | Warnings > Response: assessments stop | Findings | 1 | P013 was not scanned after 18 April
T14.1.8 | | Response: assessments stop | This cut Patients | 1 | P013 was not scanned after 18 April
T14.1.1 | | Enrolled | n | 12 | all
T14.1.1 | | Guided therapy started | n | 4 | P001, P011, P005, P015
T14.1.1 | | Sequenced, quality control passed | Pending at cut | 3 | P004, P014 and P013, whose specimen failed and who is still followed
T14.1.2 | | Treated | n | 8 | all but P004, P014, P006, P016
T14.1.3 | Enrolled | Sex > female | All | 6 (50.0) | P001, P003, P006 and their relatives
T14.1.3 | Treated | Age, years > Range | Guided | 63–74 | born 1960 and 1949, consent in 2023
T14.1.4 | | Prior lines of treatment > 2 | Guided | 2 (50.0) | P001 and P011: FOLFOX, FOLFIRI
T14.1.5 | Per patient | First profile > Report pending | Patients | 2 | P004 and P014
T14.1.6 | | Not given, final (2): primary reason > Access or cost | n | 2 | capmatinib of P002 and P012
T14.1.7 | | Reached, n (%) | MTB to first guided dose | 4 (50.0) | four of the eight discussed
T14.1.9 | | Deaths, n (%) | All | 2 (25.0) | P002 and P012 of eight treated
T14.1.10 | | Why the regimen ended, regimens (%) > Toxicity | Other therapy | 2 (50.0) | capecitabine of P003 and P013
T14.1.11 | Next regimen | First to second regimen > None, final | Earlier regimen Other therapy | 3 (75.0) | two died, P003 withdrew
T14.2.1.1 | Response set | Week 8 > Objective response, of due (%) | All | 4/8 (50.0) | PR, PR, CR, CR of eight
T14.2.1.1 | Response set | Week 8 > PD / PD before | Other therapy | 1 / 0 | the brain lesion of P012
T14.2.1.2 | Response set | Confirmed best overall response > CR | Guided | 2 (50.0) | P005 and P015
T14.2.1.2 | Response set | Confirmed best overall response > Objective response rate, confirmed (%) | Other therapy | 0/4 (0.0) | SD, SD, SD, PD
T14.2.1.3 | By definition and denominator | Confirmed, central > Response set | Guided | 0/2 (0.0) (0.0, 84.2) | P001 and P011 have one central review each, and one does not confirm itself
T14.2.1.4 | | Class of therapy > Targeted | Responders, n/N (%) | 2/2 | encorafenib+cetuximab
T14.2.2.1 | | Any regimen after enrolment > Any guided therapy | n/N (%) | 4/12 (33.3) | four of twelve
T14.2.2.2 | | Of those with guided therapy recommended > Any guided therapy | n/N (%) | 4/6 (66.7) | four of six, two declined
T14.2.3.1 | Response set | Disease control: CR, PR, or SD at the minimum or later, n/N (%) | All | 7/8 (87.5) | all but P012
T14.2.3.2 | | Duration of response, months > Events | Guided | 1 | P001 progressed, three go on
T14.2.4.1 | | Events (%) | All | 3 (37.5) | P001 and P012 progressed, P002 died
T14.2.4.1 | | Censored on day 1 (%) | All | 0 (0.0) | everybody was scanned
T14.2.4.2 | | Events > Death | Other therapy | 1 (25.0) | P002, before any progression
T14.2.4.3 | By estimand | Main estimand, first dose (PFS) > All | Events (%) | 3 (37.5) | as T14.2.4.1
T14.2.4.4 | Rates | PFS ratio > Seen to reach it, n/N | Ratio ≥ 1.0 | 2/4 | P005, P015: 226 days against 185
T14.2.5.1 | | Events (%) | Other therapy | 2 (50.0) | P002 and P012
T14.2.5.2 | | Events (%) | From enrolment | 2 (16.7) | two of twelve
T14.2.5.2 | | Patients | From MTB review | 8 | all who were sequenced
T14.2.5.3 | | Censored > moved away | Other therapy | 1 (25.0) | P003
T14.2.7.1 | | Intervenable variant by MTB conclusion > Of all enrolled (main) | n/N (%) | 6/12 (50.0) | BRAF, MET, MSI-H, each twice
T14.2.7.2 | | OncoKB: 2 patients graded > Level 2 | Patients | 2 | MET of P002 and P012
T14.2.7.3 | Genes | Gene > BRAF | Patients (%) | 2 (25.0) | two of eight sequenced
T14.2.7.4 | Score and outcome | Cut at 50% > At or above 50% | Confirmed response | 2/2 | P001, P011: one of two variants matched
T14.2.8.1 | Enrolled | Week 8 > Completed of expected, n/N (%) | All | 4/10 (40.0) | forms of P001, P002 and relatives; P004 and P014 not due
T14.2.8.2 | All patients | Physical function, higher is better > Week 16 | n/N expected | 2/4 | P005 and P015; the dead are not expected
T14.2.8.3 | All patients | Physical function, 3 points > Week 8 | Of the expected Improved | 2 (33.3) | P001 and P011: raw sum 12 to 16
T14.2.8.4 | Mean change by visit | Physical function, higher is better > Patients with 2 scores after baseline | Mean change (95% CI) All patients | 0/6 | nobody has two later forms
T14.2.8.5 | | Physical function, worse by 3 points > Died before | Other therapy | 2 | P002 and P012, unchanged until then
T14.2.9.1 | All patients | Week 8: due 8, not due 0 > ECOG 2 | At baseline ECOG 1 | 2 | P002 and P012
T14.2.9.2 | By group | Week 8 > Improved | Guided | 4 | 1 to 0 in all four
T14.2.10.1 | Cascade by denominator | Second NGS, quality control passed | Resistance to guided therapy (main) | 1/1 (100.0) | P001: blood on 20 October, after the failure
T14.2.10.2 | | Gene, n/N > MAP2K1 | Acquired | 2/2 | in the second profile of both
T14.2.11.1 | | Best overall response, n (%) > PR | Reported by the source | 2 (100.0) | P001 and P011, of whom one is reported
T14.2.11.1 | | Best overall response, n (%) > PR | Derived from scans and dates | 2 (100.0) | the same two
T14.2.11.1 | | Progression-free survival as reported by the source > Events | Reported by the source | 2 | both on day 200
T14.2.11.1 | | Progression-free survival as reported by the source > Events | Derived from scans and dates | 1 | P011 was not scanned at week 32
T14.3.1.1 | | Serious, n (%) | Other therapy | 2 (50.0) | P002 and P012
T14.3.1.1 | | Serious, n (%) | Before or without treatment | 2 (16.7) | the pneumothorax of P003 and P013
T14.3.1.2 | By class and term | Infections and infestations > Sepsis, n (%) | Other therapy | 2 (50.0) | P002 and P012
T14.3.1.3 | | Febrile neutropenia | Any treatment period | 2 (25.0) | grade 4, two of eight
T14.3.1.4 | | Pneumothorax | n (%) | 2 (16.7) | two of twelve with tissue taken
T14.3.2 | | Cause of death > Disease | Other therapy | 2 (50.0) | as recorded
F14.1.6 | Patients | Matched targeted drug | Received Chemotherapy | 2 | capmatinib declined, docetaxel given
F14.2.2.1 | Landmarks | Week 8 | Guided, % | 33.3 | four of twelve, days 30 and 33
F14.3.1 | Landmarks | What came first > First serious adverse event | Other therapy | 2 | day 15
"""
# output | patient | column | cell | why
LINES = """
L16.2.1 | P002 | Awaited, or how it ended | Access or cost; died | declined, then died
L16.2.3 | P003 | Sequenced | no report that passed quality control | 5 % tumour
L16.2.5 | P001 | Group | Guided | as recommended a week before
L16.2.6.1 | P001 | Sum, mm | 30.0 | the liver target at baseline
L16.2.6.2 | P001 | Days | 288 | OS: 1 February to 15 November, both counted
L16.2.6.3 | P002 | Reason | access or cost | as recorded
L16.2.6.4 | P002 | Copies | 9.5 | MET
L16.2.6.5 | P001 | Physical function | 12: 36.7 | four items answered 3
L16.2.7 | P002 | Day | 15 | 10 to 24 February
L16.2.8 | P002 | Death | 2023-06-20 | as recorded
"""
# output | title | row of the data | beginning of the words
FIGURES = {
    "F14.1.1": (
        "Flow of patients at this cut",
        {"flag": "MTBFL", "n": 8, "left": 0},
        "Flow of patients: Enrolled 12; Tissue or blood obtained 12; Sequenced, quality control passed 8",
    ),
    "F14.1.6": (
        "MTB recommendation to therapy received",
        {"recommended": "Matched immunotherapy", "patients": 2},
        "From recommendation to therapy, 8 patients discussed. Matched targeted drug to Guided targeted drug: 2",
    ),
    # 30 mm to 15 mm at best
    "F14.2.1.1": (
        "Waterfall: best change in the sum of diameters",
        {"USUBJID": "P001", "CBOR": "PR", "best_change": -50.0},
        "Waterfall of the best change in the sum of diameters: 8 patients with a bar, 4 of them with a decrease of 30% or more; 0 without.",
    ),
    # died on day 131: 10 February to 20 June
    "F14.2.1.2": (
        "Swimmer: time on therapy, responses, progression, death",
        {"kind": "last day", "USUBJID": "P002", "day": 131},
        "Swimmer plot of 8 treated patients: confirmed response 4, progression 2, new therapy 0, death 2.",
    ),
    # 30 mm to 18 mm on day 57
    "F14.2.1.3": (
        "Spider: change in the sum of diameters over time",
        {"USUBJID": "P001", "day": 57, "change": -40.0},
        "Change in the sum of diameters over time in 8 patients, one line each",
    ),
    "F14.2.1.4": (
        "Forest: ORR by subgroup",
        {"parameter": "Treatment group", "category": "Guided", "n": 4, "N": 4},
        "Confirmed objective response by subgroup: 4 of 8 in all",
    ),
    # 2 of 12 on day 30, then 2 more
    "F14.2.2.1": (
        "Cumulative incidence of guided therapy",
        {"day": 30, "estimate": 2 / 12, "n_at_risk": 12},
        "Cumulative incidence of guided therapy from enrolment, with 95% limits: week 4: 0.0%",
    ),
    # P011 leaves on day 169, P001 progresses on day 225 of three at risk
    "F14.2.4.1": (
        "Kaplan-Meier curve of PFS",
        {"group": "TG", "day": 225, "estimate": 2 / 3, "n_at_risk": 3},
        "Kaplan-Meier curves of progression-free survival. Guided: 4 patients, 1 event; Other therapy: 4 patients, 2 events.",
    ),
    # 3 April to 14 November: 226 days; CAPOX 1 March to 1 September 2020: 185
    "F14.2.4.4": (
        "Paired PFS1 and PFS2",
        {"USUBJID": "P005", "PFS1": 185, "PFS2": 226, "ratio": 226 / 185},
        "PFS1 and PFS2 of 4 patients. PFS2 reaches 1.3 times PFS1 in 0; PFS2 is censored in 3.",
    ),
    # two of three at risk die on day 131
    "F14.2.5.1": (
        "Kaplan-Meier curve of overall survival",
        {"group": "OT", "day": 131, "estimate": 1 / 3, "n_events": 2},
        "Kaplan-Meier curves of overall survival. Guided: 4 patients, 0 events; Other therapy: 4 patients, 2 events.",
    ),
    "F14.2.7.1": (
        "Oncoprint with therapy and response tracks",
        {"USUBJID": "P002", "parameter": "MET", "category": "amplification"},
        "Oncoprint of 8 sequenced patients, by therapy group. Altered genes: BRAF 25%",
    ),
    # raw sum 20 of 20: T 57.0, P005 and P015
    "F14.2.8.1": (
        "Mean T score over the states of the forms",
        {"parameter": "PF", "group": "TG", "visit": "Week 16", "n": 2, "mean": 57.0},
        "Mean PROMIS-29 scores by visit, all patients.",
    ),
    # fewer than five at risk in each group: no curve, and the words say only what all carry
    "F14.3.1": (
        "Cumulative incidence of the first serious adverse event",
        None,
        "Cumulative incidence of the first serious adverse event. All: 25.0% at 3 months.",
    ),
}


def rows_of(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(" | ")] for line in text.strip().splitlines()]


CELL_CASES = [
    [part.removesuffix(" |").strip() for part in case]
    for case in rows_of(CELLS.replace("| |", "|  |"))
]
LINE_CASES = rows_of(LINES)


def cell_of(output_id: str, title: str, path: str, column: str) -> str:
    """The cell of a table: of the line below its heading, in the column that begins so."""
    table = next(
        shown for shown in of_twelve().displays[output_id]
        if hasattr(shown, "html") and shown.title == title
    )  # fmt: skip
    names = [" ".join(filter(None, (c.span, c.label))) for c in table.columns]
    place = next(n for n, name in enumerate(names) if name.startswith(column))
    heading, _, label = path.rpartition(" > ")
    inside = not heading
    for row in table.rows:
        if heading and row.heading:
            inside = row.label == heading
        if inside and row.cells and row.label == label:
            return row.cells[place]
    raise AssertionError(f"{output_id}: no line {path!r} in {[row.label for row in table.rows]}")


@pytest.mark.parametrize("case", CELL_CASES, ids=lambda case: f"{case[0]} {case[2]}")
def test_a_cell_is_what_a_pencil_says(case):
    output_id, title, path, column, cell, why = case
    assert cell_of(output_id, title, path, column) == cell, why


@pytest.mark.parametrize("case", LINE_CASES, ids=lambda case: case[0])
def test_the_line_of_a_patient_says_what_was_recorded(case):
    output_id, patient, column, cell, why = case
    table = of_twelve().displays[output_id][0]
    place = [c.label for c in table.columns].index(column)
    line = next(row for row in table.rows if row.label == patient)
    assert line.cells[place] == cell, why


@pytest.mark.parametrize("output_id", FIGURES)
def test_a_figure_has_its_title_its_words_and_its_data(output_id):
    title, wanted, words = FIGURES[output_id]
    collector = of_twelve()
    figure = next(s for s in collector.displays[output_id] if hasattr(s, "alt"))
    assert collector.sap.output(output_id).title == title
    assert figure.alt.startswith(words)
    if wanted is None:
        assert figure.data.empty
        return
    data = figure.data
    for name, value in wanted.items():
        same = data[name].eq(value) if isinstance(value, str) else (data[name] - value).abs() < 1e-9
        data = data[same]
    assert len(data) == 1, f"{output_id}: {len(data)} rows with {wanted}"


def test_no_planned_output_is_without_such_a_value():
    planned = {o.id for o in read_study(PROJECT, "DC04").sap.outputs if o.notebook is not None}
    held = {case[0] for case in (*CELL_CASES, *LINE_CASES)} | set(FIGURES)
    missing = sorted(planned - held - set(ABOUT_CHANGES))  # two cuts: tests/changes
    assert missing == [], (
        f"no value by pencil: {missing}; add a row to CELL_CASES or LINE_CASES (a figure: to FIGURES) "
        "in tests/outputs/test_twelve_patients.py"
    )
    assert (
        sorted(output for output in planned if output.startswith("F") and output not in FIGURES)
        == []
    )
    assert planned == set(MODULE_OF)
