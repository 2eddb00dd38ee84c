"""The flow adds up: T14.1.1, F14.1.1 and L16.2.1 of patients drawn by hand.

Every box is the next box and the boxes beside it; a step is open only for whom it still can be
taken. Expected values are drawn beside the patients.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.outputs.disposition.funnel_states import states
from analysis.outputs.disposition.funnel_steps import FUNNEL, STEPS, not_gone_on
from analysis.outputs.disposition.mtb_funnel import funnel_table
from analysis.outputs.disposition.mtb_funnel import numbers as mtb_funnel
from analysis.outputs.disposition.patient_flow import flow_figure
from analysis.outputs.disposition.patient_flow import numbers as patient_flow
from tests.outputs.derived_study import nobody, simulated
from tests.tables import frame, plan_rules

RULES = plan_rules()
FLAGS = ("BIOPFL", "SEQFL", "MTBFL", "ACTFL", "RECTGFL", "GUIDFL", "TFAILFL")

# Reached: letters of the stages (Biopsy, Sequenced, Discussed, Intervenable, Recommended, Guided, Failed).
# Beside: what is expected at the steps where the patient leaves; State and why: L16.2.1.
PATIENTS = """
    | USUBJID   | reached | EOSSTT       | DCSREAS           | MTBDT      | beside                                          | state   | why                                                    |
    |-----------|---------|--------------|-------------------|------------|-------------------------------------------------|---------|--------------------------------------------------------|
    | new       |         | ONGOING      |                   |            | BIOPFL: Still possible at the cut               | Pending | Awaits specimen                                        |
    | left      |         | DISCONTINUED | withdrawal        |            | BIOPFL: Withdrew                                | Final   | Withdrew                                               |
    | tested    | B       | ONGOING      |                   |            | SEQFL: Still possible at the cut                | Pending | Awaits report that passes                              |
    | failedQC  | B       | COMPLETED    |                   |            | SEQFL: Follow-up completed                      | Final   | Follow-up completed                                    |
    | diedearly | B       | DISCONTINUED | death             |            | SEQFL: Died                                     | Final   | Died                                                   |
    | known     | BS      | ONGOING      |                   |            | MTBFL: Still possible at the cut                | Pending | Awaits review                                          |
    | gone      | BS      | DISCONTINUED | lost_to_follow_up |            | MTBFL: Lost to follow-up                        | Final   | Lost to follow-up                                      |
    | deferred  | BSD     | ONGOING      |                   |            | ACTFL: Still possible at the cut                | Pending | Awaits conclusion of the deferred review               |
    | deferdied | BSD     | DISCONTINUED | death             |            | ACTFL: Died                                     | Final   | Died                                                   |
    | nothing   | BSD     | ONGOING      |                   | 2023-03-01 | ACTFL: Review concluded not intervenable        | Final   | Review concluded not intervenable; in follow-up at the cut |
    | advised   | BSDI    | ONGOING      |                   | 2023-03-01 | RECTGFL: Only therapy not matched recommended   | Final   | Only therapy not matched recommended; in follow-up at the cut |
    | silent    | BSDI    | COMPLETED    |                   | 2023-03-01 | RECTGFL: No therapy recommended                 | Final   | No therapy recommended; follow-up completed            |
    | waits     | BSDIR   | ONGOING      |                   | 2023-03-01 | GUIDFL: Still possible at the cut               | Pending | Awaits start of the recommended therapy                |
    | refused   | BSDIR   | ONGOING      |                   | 2023-03-01 | GUIDFL: patient_choice                          | Final   | Patient's choice; in follow-up at the cut              |
    | died      | BSDIR   | DISCONTINUED | death             | 2023-03-01 | GUIDFL: death                                   | Final   | Died                                                   |
    | on-it     | BSDIR   | ONGOING      |                   | 2023-03-01 | GUIDFL: already running at the review           | Final   | Already on it at the review (not guided); in follow-up at the cut |
    | guided    | BSDIRG  | ONGOING      |                   | 2023-03-01 | SEQ2FL: Not applicable: guided, not failed      | Guided  |                                                        |
    | progressed | BSDIRGF | ONGOING     |                   | 2023-03-01 | SEQ2FL: Still possible at the cut               | Guided  |                                                        |
    | ended     | BSDIRGF | DISCONTINUED | death             | 2023-03-01 | SEQ2FL: Died                                    | Guided  |                                                        |
    | again     | BSDIRGF | ONGOING      |                   | 2023-03-01 |                                                 | Guided  |                                                        |
    | early     | BSDIRGF | ONGOING      |                   | 2023-03-01 | SEQ2FL: Still possible at the cut               | Guided  |                                                        |
    | ahead     | BD      | ONGOING      |                   |            | SEQFL: Still possible at the cut, ACTFL: Still possible at the cut | Pending | Awaits conclusion of the deferred review |
    | by-second | BSDIG   | ONGOING      |                   | 2023-03-01 | RECTGFL: No therapy recommended, SEQ2FL: Not applicable: guided, not failed | Guided |  |
"""
RECOMMENDATIONS = """
    | USUBJID | RECID | REVDT      | PROFNUM | LINKFL | RECVFL | RECVDT | DECISN   | DECRSN         |
    | advised | a1    | 2023-03-01 | 1       |        |        |        | accepted |                |
    | silent  | s2    | 2023-09-01 | 2       | Y      |        |        | pending  |                |
    | waits   | w1    | 2023-03-01 | 1       | Y      |        |        | accepted |                |
    | refused | r1    | 2023-03-01 | 1       | Y      |        |        | declined | patient_choice |
    | died    | d1    | 2023-03-01 | 1       | Y      |        |        | accepted |                |
    | on-it   | i1    | 2023-03-01 | 1       | Y      |        |        | accepted |                |
"""
REGIMENS = """
    | USUBJID | GUIDFL | RECID | ASTDT      | AENDT | GUIDRSN                       |
    | on-it   |        | i1    | 2023-01-10 |       | concordant, before the review |
"""
# The second profile of "early" is of a specimen taken before the failure.
SECOND = """
    | USUBJID | SPECDT     | REPDT      | PROFNUM | QCSTAT |
    | again   | 2023-08-01 | 2023-08-20 | 2       | pass   |
    | early   | 2023-07-01 | 2023-08-20 | 2       | pass   |
"""


def drawn_study() -> dict[str, pd.DataFrame]:
    adsl = frame(PATIENTS, dates="MTBDT").assign(ENRLFL="Y")
    stages = adsl["reached"].fillna("")
    for flag, letter in zip(FLAGS, "BSDIRGF", strict=True):
        there = stages.str.contains(letter)
        adsl[flag] = pd.Series("Y", index=adsl.index, dtype=object).where(there, None)
    failure = pd.Series(pd.Timestamp("2023-07-15"), index=adsl.index)
    adsl["TFAILDT"] = failure.where(adsl["TFAILFL"].eq("Y"))
    return {
        "adsl": adsl,
        "admb": frame(RECOMMENDATIONS, dates="REVDT RECVDT", numbers="PROFNUM"),
        "adex": frame(REGIMENS, dates="ASTDT AENDT"),
        "adngs": frame(SECOND, dates="SPECDT REPDT", numbers="PROFNUM"),
    }


STUDIES = {
    "drawn": drawn_study,
    "final": simulated,
    "early": lambda: simulated("DC01"),
    "nobody": nobody,
}


def test_each_patient_stands_beside_the_steps_not_taken():
    data = drawn_study()
    expected = {
        (patient, *pair.split(": ", 1))
        for patient, beside in zip(data["adsl"]["USUBJID"], data["adsl"]["beside"], strict=True)
        for pair in (beside or "")
        .replace(", SEQ2FL", "|SEQ2FL")
        .replace(", ACTFL", "|ACTFL")
        .split("|")
        if pair
    }
    left = not_gone_on(data, RULES)
    assert set(zip(left["USUBJID"], left["FLAG"], left["WHY"], strict=True)) == expected


def test_the_listing_says_where_each_patient_stands():
    data = drawn_study()
    shown = states(data, RULES).set_index("USUBJID")
    drawn = data["adsl"].set_index("USUBJID")
    assert shown["STATE"].to_dict() == drawn["state"].to_dict()
    assert shown["WHY"].to_dict() == drawn["why"].fillna("").to_dict()


@pytest.mark.parametrize("study", STUDIES)
def test_every_box_is_the_next_box_and_the_boxes_beside_it(study):
    """Who came in without the stage before is in the next box, and in none before."""
    members = mtb_funnel(STUDIES[study](), RULES).members

    def who(analysis: str, flag: str) -> list[str]:
        mine = members["analysis_id"].eq(analysis) & members["parameter"].eq(flag)
        return sorted(members.loc[mine, "USUBJID"])

    for step in STEPS:
        box, following = who("of enrolled", step.base), who("of enrolled", step.flag)
        came, beside = who("joined", step.flag), who("not gone on", step.flag)
        assert sorted([*set(following) - set(came), *beside]) == box, step.flag
        assert set(came) <= set(following)
        assert not set(came) & set(box)
        pending = who("pending at cut", step.flag)
        assert set(pending) <= set(beside), step.flag  # never 28 of 27


def test_who_came_in_beside_is_shown():
    rows = mtb_funnel(drawn_study(), RULES)
    came = rows.members[rows.members["analysis_id"].eq("joined")]
    assert dict(zip(came["parameter"], came["USUBJID"], strict=True)) == {
        "MTBFL": "ahead",
        "GUIDFL": "by-second",
    }
    labels = funnel_table(rows, RULES).frame.iloc[:, 0]
    shown = labels[labels.str.contains("without the stage before")]
    assert [text.split(" (")[0] for text in shown] == ["Discussed by MTB", "Guided therapy started"]
    data = flow_figure(rows, RULES).data
    assert data.set_index("flag")["joined"].to_dict() == {
        **dict.fromkeys([flag for flag, _ in FUNNEL], 0),
        "MTBFL": 1,
        "GUIDFL": 1,
        "SEQ2FL": 0,
    }


@pytest.mark.parametrize("study", ["drawn", "final", "early"])
def test_what_the_figure_shows_adds_up(study):
    boxes = flow_figure(patient_flow(STUDIES[study](), RULES), RULES).data
    n, left, joined = (boxes[name].tolist() for name in ("n", "left", "joined"))
    assert n[:-1] == [a - j + b for a, j, b in zip(n[1:], joined[1:], left[1:], strict=True)]
    for row in boxes.to_dict("records"):
        sizes = [int(part.rsplit(": ", 1)[1]) for part in row["reasons"].split("; ") if part]
        assert sum(sizes) == row["left"]
        assert row["pending"] <= row["left"]


@pytest.mark.parametrize("study", ["drawn", "final", "early"])
def test_no_box_of_the_figure_lies_on_another_and_every_text_fits_its_box(study):
    drawing = flow_figure(mtb_funnel(STUDIES[study](), RULES), RULES).figure
    drawing.canvas.draw()
    (axes,) = drawing.axes
    renderer = drawing.canvas.get_renderer()
    boxes = [p for p in axes.patches if type(p).__name__ == "FancyBboxPatch"]
    areas = [patch.get_window_extent(renderer) for patch in boxes]
    for i, one in enumerate(areas):
        assert not any(one.overlaps(other) for other in areas[i + 1 :])
    texts = [text.get_window_extent(renderer) for text in axes.texts]
    assert len(texts) == len(areas)
    for text in texts:
        around = [a for a in areas if a.x0 <= text.x0 <= a.x1 and a.y0 <= text.y0 <= a.y1]
        assert len(around) == 1
        assert text.x1 <= around[0].x1
        assert text.y1 <= around[0].y1
    page = drawing.bbox
    assert all(
        page.x0 <= a.x0 and a.x1 <= page.x1 and page.y0 <= a.y0 and a.y1 <= page.y1 for a in areas
    )
