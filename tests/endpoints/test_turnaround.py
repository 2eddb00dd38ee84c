"""Turnaround of the molecular work-up, time on treatment, first serious event, guided PFS.

A cell: the day and EVTCAUSE of what ended the step (1 reached, 2 death, 3 withdrawal, 4 other
therapy), or with a plus the day and CNSR of the censoring; ``-``: the patient did not enter it.
Consent and enrolment lie 14 days before day 1 (untreated: on day 1), the cut on day 300: who was
not seen in the 84 days before is silent, and observed when last seen.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pytest

from .stories import change_rules, datasets_of, extracts_of, parameter, read_table

STEPS = ("TCONBIO", "TBIONGS", "TNGSMTB", "TMTBTRT", "TCONTRT")
TABLE = """
patient                                     | what happened                                                           | TCONBIO | TBIONGS | TNGSMTB | TMTBTRT | TCONTRT
the whole way, guided after another drug    | -12 biopsy, -8 report, -5 review, 60 guided                             | 3 1     | 5 1     | 4 1     | 6 4     | 15 1
guided at once                              | untreated, 3 biopsy, 10 report, 20 review, 31 guided                    | 3 1     | 8 1     | 11 1    | 12 1    | 31 1
discussed twice: the first discussion ends  | untreated, 3 biopsy, 10 report, 15 deferred, 20 review, 31 guided       | 3 1     | 8 1     | 6 1     | 17 1    | 31 1
nothing yet                                 | untreated, 216 alive                                                    | 300+ 1  | -       | -       | -       | 300+ 1
nothing yet, and silent                     | untreated, 215 alive                                                    | 215+ 1  | -       | -       | -       | 215+ 1
report pending                              | untreated, 3 biopsy, 250 alive                                          | 3 1     | 298+ 1  | -       | -       | 300+ 1
report pending, silent since                | untreated, 3 biopsy                                                     | 3 1     | 1+ 1    | -       | -       | 3+ 1
no contact up to the planned end            | untreated, 3 biopsy, cut 500                                            | 3 1     | 1+ 12   | -       | -       | 3+ 12
alive at the planned end, by enrolment      | untreated, 3 biopsy, 400 alive, cut 500                                 | 3 1     | 394+ 8  | -       | -       | 396+ 8
a death after the planned end proves it     | untreated, 3 biopsy, 400 death, cut 500                                 | 3 1     | 394+ 8  | -       | -       | 396+ 8
nor is a step counted after it              | untreated, 3 biopsy, 400 report, 400 alive, cut 500                     | 3 1     | 394+ 8  | 1+ 8    | -       | 396+ 8
treated: by enrolment all the same          | -12 biopsy, 390 alive, cut 500                                          | 3 1     | 394+ 8  | -       | -       | 15 1
dies waiting for the report                 | untreated, 3 biopsy, 20 death                                           | 3 1     | 18 2    | -       | -       | 20 2
report came after the death                 | untreated, 3 biopsy, 20 death, 30 report                                | 3 1     | 18 2    | -       | -       | 20 2
withdraws waiting for the board             | untreated, 3 biopsy, 10 report, 20 withdrew N                           | 3 1     | 8 1     | 11 3    | -       | 20 3
lost: last known alive                      | untreated, 3 biopsy, 10 report, 15 alive, 60 lost                       | 3 1     | 8 1     | 6+ 2    | -       | 15+ 2
other therapy instead of the guided one     | untreated, 3 biopsy, 10 report, 20 review, 25 NACT                      | 3 1     | 8 1     | 11 1    | 6 4     | 25 1
archival specimen: day 1                    | untreated, -400 biopsy, 10 report, 300 alive                            | 1 1     | 410 1   | 291+ 1  | -       | 300+ 1
"""
ROWS = read_table(TABLE)


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts_of([row["what happened"] for row in ROWS]), rules)["adtte"]


def cell(rows, patient):
    if patient not in rows.index:
        return "-"
    row = rows.loc[patient]
    if row["EVTCAUSE"] == 0:
        return f"{row['AVAL']}+ {row['CNSR']}"
    return f"{row['AVAL']} {row['EVTCAUSE']}"


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["patient"] for row in ROWS])
def test_turnaround(adtte, number):
    patient = f"P{number + 1:03d}"
    assert [cell(parameter(adtte, step), patient) for step in STEPS] == [
        ROWS[number][step] for step in STEPS
    ]


def test_codes_and_words(adtte):
    rows = adtte[adtte["PARAMCD"].isin(STEPS)]
    assert rows.loc[rows["EVTCAUSE"].eq(1), "CNSR"].eq(0).all()
    assert rows.loc[rows["EVTCAUSE"].isin([2, 4]), "CNSR"].eq(10).all()
    assert rows.loc[rows["EVTCAUSE"].eq(3), "CNSR"].eq(3).all()
    assert (
        parameter(adtte, "TCONBIO").loc[f"P{len(ROWS):03d}", "EVNTDESC"]
        == "First specimen, before the origin"
    )
    assert rows.loc[rows["EVTCAUSE"].gt(0), "SRCROW"].notna().all()


ON_TREATMENT = """
patient                                  | what happened                                           | TOT        | TTSAE
stopped                                  | 57 SD, 80 stop toxicity, 250 alive                      | 80 1       | 110+ 8
stopped, and not seen since              | 57 SD, 80 stop toxicity                                 | 80 1       | 57+ 1
the same drug again, then ongoing        | 57 SD, 80 stop other, 100 restart, 290 alive            | 300+ 1     | 300+ 1
ongoing, and silent since                | 57 SD, 80 stop other, 100 restart                       | 100+ 1     | 100+ 1
died on treatment                        | 57 SD, 120 death                                        | 120 1      | 120 2
other drug: the first treatment counts   | 57 SD, 80 stop progression, 100 NACT                    | 80 1       | 100 4
on treatment at the end of follow-up     | 57 SD, 400 alive, cut 500                               | 396+ 8     | 396+ 8
dies after the end of follow-up          | 57 SD, 450 death, cut 500                               | 396+ 8     | 396+ 8
last seen shortly before its end         | 57 SD, 351 alive, cut 500                               | 351+ 8     | 351+ 8
no contact up to its end                 | 57 SD, 350 alive, cut 500                               | 350+ 12    | 350+ 12
lost on treatment                        | 57 SD, 150 lost                                         | 57+ 2      | 57+ 2
lost, but alive at the end of follow-up  | 57 SD, 150 lost, 450 death, cut 500                     | 57+ 8      | 57+ 8
serious event                            | 30 SAE, 40 SAE, 300 alive                               | 300+ 1     | 30 1
serious event before the first dose      | -3 SAE, 300 alive                                       | 300+ 1     | 300+ 1
serious event long after treatment       | 80 stop toxicity, 111 SAE                               | 80 1       | 110+ 8
on the last day of the safety period     | 80 stop toxicity, 110 SAE                               | 80 1       | 110 1
on the day of the switch                 | 80 stop progression, 100 NACT, 100 SAE                  | 80 1       | 100 4
in the month of the first dose           | dose 2022-03-10, 2022-03 SAE, 400 alive                 | 396+ 8     | 1 1
over before the first dose               | dose 2022-03-10, 2022-03 SAE -2, 400 alive              | 396+ 8     | 396+ 8
after the end of follow-up               | 57 SD, 450 SAE, cut 500                                 | 396+ 8     | 396+ 8
after a withdrawal                       | 57 SD, 100 withdrew Y, 150 SAE                          | 100+ 3     | 100+ 3
died after a withdrawal                  | 57 SD, 100 withdrew Y, 200 death                        | 200 1      | 100+ 3
completed, then an event                 | 57 SD, 120 completed, 150 SAE                           | 120+ 8     | 120+ 8
switch after a withdrawal                | 57 SD, 80 stop toxicity, 90 withdrew Y, 100 NACT        | 80 1       | 90+ 3
"""
TREATED = read_table(ON_TREATMENT)


def test_time_on_treatment_and_to_the_first_serious_event(rules):
    adtte = datasets_of(extracts_of([row["what happened"] for row in TREATED]), rules)["adtte"]
    for paramcd in ("TOT", "TTSAE"):
        rows = parameter(adtte, paramcd)
        cells = [cell(rows, f"P{number:03d}") for number in range(1, 1 + len(TREATED))]
        assert dict(zip([r["patient"] for r in TREATED], cells, strict=True)) == {
            row["patient"]: row[paramcd] for row in TREATED
        }


def test_without_truncation_an_event_after_the_end_of_follow_up_counts(rules):
    rules = change_rules(rules, "follow_up", truncate=False)
    stories = ["57 SD, 450 SAE, cut 500", "57 SD, 420 alive, cut 500", "57 SD, cut 500"]
    rows = parameter(datasets_of(extracts_of(stories), rules)["adtte"], "TTSAE")
    assert [cell(rows, patient) for patient in rows.index] == ["450 1", "500+ 1", "57+ 1"]


def test_the_curve_counts_the_events_of_the_tables(rules):
    """First serious events of TTSAE are the serious events of ADAE in the first period."""
    told = datasets_of(extracts_of([row["what happened"] for row in TREATED]), rules)
    events = parameter(told["adtte"], "TTSAE").query("EVTCAUSE == 1")
    adae = told["adae"]
    placed = adae[adae["APHASE"].eq("on_treatment") & adae["APERIOD"].eq(1)]
    assert set(events.index) == set(placed["USUBJID"])
    assert len(events) >= 3
    first = placed.groupby("USUBJID")["ASTDT"].min()
    assert (events["ADT"] == first.reindex(events.index)).all()


def test_pfs_from_the_first_guided_dose(rules):
    """Its own origin, its own baseline; what happened on the bridge is not credited to it."""
    work_up = "-12 biopsy, -8 report, -5 review"
    stories = {
        "P001": f"{work_up}, baseline -7, 40 PD, baseline 55, 60 guided, 116 SD, 172 PD",
        "P002": f"{work_up}, baseline -7, baseline 17, 60 guided, 116 SD",
        "P003": f"{work_up}, baseline -7, baseline 18, 60 guided, 116 SD",
        "P004": f"{work_up}, baseline -7, baseline 32, 60 guided, 116 SD, 130 NACT",
        "P005": f"{work_up}, baseline -7, 57 SD",
    }
    adtte = datasets_of(extracts_of(stories), rules)["adtte"]
    guided = parameter(adtte, "PFSG")
    days = [f"{row['AVAL']}{'+' if row['CNSR'] else ''}" for _, row in guided.iterrows()]
    assert days == ["113", "1+", "57+", "57+"]
    assert guided["BASEWIN"].tolist() == ["28", None, "42", "28"]
    assert parameter(adtte, "PFS").loc["P001", "AVAL"] == 40
    assert guided["PARAM"].str.contains("first guided dose").all()
