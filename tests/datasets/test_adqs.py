"""ADQS: baseline, windows, states and change of drawn forms, worked out by hand. SAP section 5."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

import schemas.derived
from analysis.datasets.adqs import build_adqs
from analysis.endpoints.promis29_scores import DOMAINS, ITEMS, PARAMETERS, items_of
from tests.tables import as_text, frame, plan_rules, raw, table

RULES = plan_rules()
# Day 1 is 2023-01-01 for all; P4 was never treated and anchors at the tumour board.
ADSL = """
    | USUBJID | CONSDT     | ENRLDT     | MTBDT      | TRTSDT     | DTHDT      | WITHDT     | LOSTDT | COMPDT | EOFDT      |
    | P1      | 2022-10-01 | 2022-10-01 | 2022-12-01 | 2023-01-01 |            |            |        |        | 2024-01-31 |
    | P2      | 2022-12-01 | 2022-12-01 |            | 2023-01-01 | 2023-04-15 |            |        |        | 2023-04-15 |
    | P3      | 2022-12-01 | 2022-12-01 |            | 2023-01-01 |            | 2023-05-01 |        |        | 2023-05-01 |
    | P4      | 2022-12-01 | 2022-12-01 | 2023-01-01 |            |            |            |        |        | 2024-01-05 |
"""
ECOG = """
    | patient_id | assessment_date | ecog | why |
    | P1         | 2022-09-30      | 3    | before consent: not a baseline          |
    | P1         | 2022-11-01      | 1    | baseline, 61 days old: flagged          |
    | P1         | 2023-02-20      | 2    | day 51, 6 days before the target        |
    | P1         | 2023-03-04      | 1    | day 63, 6 days after: a tie, the later  |
    | P1         | 2023-01-15      | 0    | day 15: unscheduled                     |
    | P2         | 2023-01-01      | 1    | baseline on the anchor                  |
    | P2         | 2023-04-15      | 5    | a death, no examination                 |
    | P3         | 2022-12-20      | 0    | baseline                                |
    | P3         | 2023-02-26      | 1    | on the target of Week 8                 |
    | P4         | 2023-01-10      | 1    | nothing before: the first within 14 d   |
    | P4         | 2023-02-26      | 0    | Week 8                                  |
"""
CUTOFF = pd.Timestamp("2023-06-30")  # Week 24 (to day 196, 15 July) is not due yet


def adsl_of(cutoff=CUTOFF):
    dates = "CONSDT ENRLDT MTBDT TRTSDT DTHDT WITHDT LOSTDT COMPDT EOFDT"
    adsl = frame(ADSL, dates=dates)
    anchor = adsl["TRTSDT"].fillna(adsl["MTBDT"]).fillna(adsl["ENRLDT"])
    return adsl.assign(ANCHORDT=anchor, DCUTDT=cutoff)


def form(patient, date, **answers):
    return {"patient_id": patient, "completion_date": date, **dict.fromkeys(ITEMS, 3), **answers}


def promis(*rows):
    declared = raw()["promis29"]
    if not rows:
        return declared
    drawn = pd.DataFrame(list(rows)).reindex(columns=declared.columns)
    drawn["completion_date"] = pd.to_datetime(drawn["completion_date"]).astype("datetime64[ns]")
    drawn[list(ITEMS)] = drawn[list(ITEMS)].astype("Int64")
    return drawn.assign(line=range(2, len(drawn) + 2))


FORMS = (
    form("P1", "2022-12-30"),
    form("P1", "2023-02-26", painin9=None, hi7=1),
    form("P2", "2022-12-30", **dict.fromkeys(ITEMS)),  # an empty form is missing
    form("P3", "2022-12-30", global07=4),
    form("P3", "2023-02-26", pfa11=5, global07=6),
)


def ecog_rows():
    rows = [{k: v for k, v in row.items() if k != "why"} for row in table(ECOG)]
    cells = "\n".join("| " + " | ".join(row.values()) + " |" for row in rows)
    return raw(ecog="| patient_id | assessment_date | ecog |\n" + cells)["ecog"]


@pytest.fixture(scope="module")
def adqs():
    made = build_adqs(promis(*FORMS), ecog_rows(), adsl_of(), RULES)
    return schemas.derived.check("adqs", made)


def drawn(rows, *columns):
    return [
        {name: as_text(value) for name, value in row.items()}
        for row in rows[list(columns)].to_dict("records")
    ]


def test_ecog_by_visit(adqs):
    ecog = adqs[adqs["PARAMCD"].eq("ECOG") & adqs["AVISITN"].le(24).fillna(True)]
    expected = table("""
        | USUBJID | AVISIT      | ADT        | ADY | AVAL | BASE | CHG  | STATE     | EXPFL | ANL01FL | BLOLDFL |
        | P1      | Unscheduled | 2022-09-30 | -93 | 3.0  | 1.0  |      |           |       |         |         |
        | P1      | Unscheduled | 2023-01-15 | 15  | 0.0  | 1.0  | -1.0 |           |       |         |         |
        | P1      | Baseline    | 2022-11-01 | -61 | 1.0  | 1.0  |      | completed | Y     | Y       | Y       |
        | P1      | Week 8      | 2023-02-20 | 51  | 2.0  | 1.0  | 1.0  |           |       |         |         |
        | P1      | Week 8      | 2023-03-04 | 63  | 1.0  | 1.0  | 0.0  | completed | Y     | Y       |         |
        | P1      | Week 16     |            |     |      | 1.0  |      | missing   | Y     |         |         |
        | P1      | Week 24     |            |     |      | 1.0  |      | not_due   |       |         |         |
        | P2      | Baseline    | 2023-01-01 | 1   | 1.0  | 1.0  |      | completed | Y     | Y       |         |
        | P2      | Week 8      |            |     |      | 1.0  |      | missing   | Y     |         |         |
        | P2      | Week 16     | 2023-04-15 | 105 | 5.0  | 1.0  | 4.0  |           |       |         |         |
        | P2      | Week 16     |            |     |      | 1.0  |      | dead      |       |         |         |
        | P2      | Week 24     |            |     |      | 1.0  |      | not_due   |       |         |         |
        | P3      | Baseline    | 2022-12-20 | -12 | 0.0  | 0.0  |      | completed | Y     | Y       |         |
        | P3      | Week 8      | 2023-02-26 | 57  | 1.0  | 0.0  | 1.0  | completed | Y     | Y       |         |
        | P3      | Week 16     |            |     |      | 0.0  |      | off_study |       |         |         |
        | P3      | Week 24     |            |     |      | 0.0  |      | not_due   |       |         |         |
        | P4      | Baseline    | 2023-01-10 | 10  | 1.0  | 1.0  |      | completed | Y     | Y       |         |
        | P4      | Week 8      | 2023-02-26 | 57  | 0.0  | 1.0  | -1.0 | completed | Y     | Y       |         |
        | P4      | Week 16     |            |     |      | 1.0  |      | missing   | Y     |         |         |
        | P4      | Week 24     |            |     |      | 1.0  |      | not_due   |       |         |         |
    """)
    order = ["USUBJID", "AVISITN", "ADT"]
    rows = ecog.sort_values(order, na_position="first", kind="stable")
    rows = rows.sort_values(["USUBJID", "AVISITN"], na_position="first", kind="stable")
    key = ["USUBJID", "AVISIT", "ADT"]

    def ordered(records):
        return sorted(records, key=lambda r: tuple(str(r[name]) for name in key))

    assert ordered(drawn(rows, *expected[0])) == ordered(expected)


def test_promis_by_visit(adqs):
    chosen = adqs[adqs["PARAMCD"].isin(["PF", "FAT", "PAINI", "PAINN", "PHS"])]
    chosen = chosen[chosen["AVISITN"].le(8).fillna(False) & chosen["USUBJID"].isin(["P1", "P3"])]
    expected = table("""
        | USUBJID | PARAMCD | AVISIT   | RAWSUM | STATE     | COMPFL |
        | P1      | FAT     | Baseline | 12     | completed | Y      |
        | P1      | FAT     | Week 8   | 10     | completed | Y      |
        | P1      | PAINI   | Baseline | 12     | completed | Y      |
        | P1      | PAINI   | Week 8   |        | completed | Y      |
        | P1      | PAINN   | Baseline | 3      | completed | Y      |
        | P1      | PAINN   | Week 8   | 3      | completed | Y      |
        | P1      | PF      | Baseline | 12     | completed | Y      |
        | P1      | PF      | Week 8   | 12     | completed | Y      |
        | P1      | PHS     | Baseline |        | completed | Y      |
        | P1      | PHS     | Week 8   |        | completed | Y      |
        | P3      | FAT     | Baseline | 12     | completed | Y      |
        | P3      | FAT     | Week 8   | 12     | completed | Y      |
        | P3      | PAINI   | Baseline | 12     | completed | Y      |
        | P3      | PAINI   | Week 8   | 12     | completed | Y      |
        | P3      | PAINN   | Baseline | 4      | completed | Y      |
        | P3      | PAINN   | Week 8   | 6      | completed | Y      |
        | P3      | PF      | Baseline | 12     | completed | Y      |
        | P3      | PF      | Week 8   | 14     | completed | Y      |
        | P3      | PHS     | Baseline |        | completed | Y      |
        | P3      | PHS     | Week 8   |        | completed | Y      |
    """)
    assert drawn(chosen, *expected[0]) == expected
    changed = chosen.set_index(["USUBJID", "PARAMCD", "AVISIT"])["CHG"]
    assert changed["P3", "PAINN", "Week 8"] == 2
    assert pd.isna(changed["P1", "PAINI", "Week 8"])
    assert pd.isna(changed["P1", "PHS", "Week 8"])
    assert changed["P3", "PF", "Week 8"] > 0


def test_an_empty_form_is_missing_not_completed(adqs):
    rows = adqs[adqs["USUBJID"].eq("P2") & adqs["PARAMCD"].eq("PF")]
    assert rows.loc[rows["AVISIT"].eq("Baseline"), "STATE"].tolist() == ["missing"]
    kept = rows[rows["SRCROW"].eq(4).fillna(False)]
    assert kept["STATE"].isna().all()
    assert len(kept) == 1


def test_one_row_per_patient_planned_visit_and_parameter(adqs):
    planned = adqs[adqs["STATE"].notna()]
    visits = len(RULES.visits.windows) + 1
    assert len(planned) == 4 * visits * (len(PARAMETERS) + 1)
    assert not planned.duplicated(["USUBJID", "PARAMCD", "AVISIT"]).any()


def test_the_state_is_that_of_the_form_whatever_the_parameter(adqs):
    planned = adqs[adqs["STATE"].notna() & adqs["PARAMCD"].ne("ECOG")]
    assert planned.groupby(["USUBJID", "AVISIT"])["STATE"].nunique().eq(1).all()


def test_rows_of_a_form_lead_back_to_it(adqs):
    there = adqs["ADT"].notna()
    assert adqs.loc[there, "SRCROW"].notna().all()
    assert adqs.loc[~there, ["SRCFILE", "SRCROW", "AVAL"]].isna().all(axis=None)
    assert set(adqs.loc[there, "SRCFILE"]) == {"promis29.csv", "ecog.csv"}


def test_a_form_in_a_window_not_closed_is_kept_and_not_analysed():
    rows = promis(form("P1", "2022-12-30"), form("P1", "2023-02-26"))
    early = adsl_of(pd.Timestamp("2023-03-01"))
    made = schemas.derived.check("adqs", build_adqs(rows, raw()["ecog"], early, RULES))
    week8 = made[made["USUBJID"].eq("P1") & made["PARAMCD"].eq("PF") & made["AVISIT"].eq("Week 8")]
    assert week8["STATE"].tolist() == ["not_due"]
    assert week8["COMPFL"].tolist() == ["Y"]
    assert week8[["EXPFL", "ANL01FL"]].isna().all(axis=None)
    assert week8["AVAL"].notna().all()


def test_the_order_of_the_extracts_has_no_effect(adqs):
    turned = build_adqs(promis(*FORMS).iloc[::-1], ecog_rows().iloc[::-1], adsl_of(), RULES)
    pd.testing.assert_frame_equal(schemas.derived.check("adqs", turned), adqs)


def test_nobody_and_no_form():
    none = build_adqs(promis(), raw()["ecog"], adsl_of().iloc[:0], RULES)
    assert schemas.derived.check("adqs", none).empty
    nothing = schemas.derived.check("adqs", build_adqs(promis(), raw()["ecog"], adsl_of(), RULES))
    assert set(nothing["STATE"]) == {"missing", "dead", "off_study", "not_due"}
    assert nothing["AVAL"].isna().all()


# --- an incomplete form hides no complete one ----------------------------------------------------
# A form is its study day and what is not answered; "nothing" is an empty form. A cell is the day of
# the form that gives the score, - where none does. P1 is treated, P4 never was.
CHOICES = table("""
    | patient | forms                  | visit    | PF  | FAT | PAINN | PHS | state     | old    | because                                            |
    | P1      | -10, -3 PF             | Baseline | -10 | -3  | -3    | -10 | completed |        | the last before the anchor that has the score      |
    | P1      | -60, -3 PF             | Baseline | -60 | -3  | -3    | -60 | completed | PF PHS | the flag follows the form chosen                   |
    | P1      | -60 FAT, -3 PF         | Baseline | -60 | -3  | -3    | -   | completed | PF     | no summary score from two forms                    |
    | P1      | -10, -3 nothing        | Baseline | -10 | -10 | -10   | -10 | completed |        | an empty form hides nothing                        |
    | P1      | -10 PAINN, -3 PF       | Baseline | -10 | -3  | -3    | -   | completed |        | pain intensity like a domain                       |
    | P1      | -3 PF, 5               | Baseline | -   | -3  | -3    | -   | completed |        | treated: none after the anchor                     |
    | P1      | 5                      | Baseline | -   | -   | -     | -   | missing   |        | nor where there is none at all                     |
    | P4      | -5 PF, 5               | Baseline | 5   | -5  | -5    | 5   | completed |        | never treated, without a score: the first after    |
    | P4      | 5 PF, 9                | Baseline | 9   | 5   | 5     | 9   | completed |        | the first after that has the score                 |
    | P4      | -5 PF, 20              | Baseline | -   | -5  | -5    | -   | completed |        | not later than the days of the plan                |
    | P1      | 113 PF, 114            | Week 16  | 114 | 113 | 113   | 114 | completed |        | the nearest that has the score                     |
    | P1      | 110, 113 PF, 114       | Week 16  | 114 | 113 | 113   | 114 | completed |        | of several that have it the nearest                |
    | P1      | 110, 116 PF            | Week 16  | 110 | 116 | 116   | 110 | completed |        | equally near: the later that has it                |
    | P1      | 110 PF, 116            | Week 16  | 116 | 116 | 116   | 116 | completed |        | equally near: the later                            |
    | P1      | 100 FAT, 113 PF        | Week 16  | 100 | 113 | 113   | -   | completed |        | each score from one form, the summary from none    |
    | P1      | 100 PAINN, 113 PF, 140 | Week 16  | 100 | 113 | 113   | 140 | completed |        | the summary from the only form with all components |
    | P1      | 113 PAINN, 120         | Week 16  | 113 | 113 | 120   | 120 | completed |        | pain intensity too                                 |
    | P1      | 113 PF                 | Week 16  | -   | 113 | 113   | -   | completed |        | completed, and no score of the domain              |
    | P1      | 113 nothing, 120       | Week 16  | 120 | 120 | 120   | 120 | completed |        | an empty form on the target day                    |
    | P1      | 113 nothing            | Week 16  | -   | -   | -     | -   | missing   |        | an empty form is missing                           |
    | P1      | 84, 113 PF, 141        | Week 16  | -   | 113 | 113   | -   | completed |        | not from another window                            |
    | P1      | 170 PF, 175            | Week 24  | 175 | 170 | 170   | 175 | not_due   |        | chosen, though the window is open at the cut       |
    | P2      | 90, 95 PF              | Week 16  | 90  | 95  | 95    | 90  | completed |        | answered, then died in the window                  |
    | P2      | 84                     | Week 16  | -   | -   | -     | -   | dead      |        | died, and no form in the window                    |
    | P3      | 112 PF, 115            | Week 16  | 115 | 112 | 112   | 115 | completed |        | answered, then withdrew                            |
    | P3      | 84                     | Week 16  | -   | -   | -     | -   | off_study |        | withdrew, and no form in the window                |
""")


def on_day(day):
    day = int(day)
    return pd.Timestamp("2023-01-01") + pd.Timedelta(days=day - 1 if day > 0 else day)


def form_of(patient, text):
    day, *left_out = text.split()
    names = ITEMS if left_out == ["nothing"] else [items_of(name)[0] for name in left_out]
    return form(patient, on_day(day), **dict.fromkeys(names))


@pytest.mark.parametrize("case", CHOICES, ids=[case["because"] for case in CHOICES])
def test_each_score_comes_from_the_form_that_has_it(case):
    forms = [form_of(case["patient"], text) for text in case["forms"].split(", ")]
    made = build_adqs(promis(*forms[::-1]), raw()["ecog"], adsl_of(), RULES)
    made = schemas.derived.check("adqs", made)
    at = made[made["AVISIT"].eq(case["visit"]) & made["USUBJID"].eq(case["patient"])]
    at = at[at["STATE"].notna() & at["PARAMCD"].ne("ECOG")].set_index("PARAMCD")
    assert set(at["STATE"]) == {case["state"]}
    assert set(at["COMPFL"].fillna("-")) == {
        "Y" if case["state"] in ("completed", "not_due") else "-"
    }
    assert set(at["EXPFL"].fillna("-")) == {
        "Y" if case["state"] in ("completed", "missing") else "-"
    }
    for name in ("PF", "FAT", "PAINN", "PHS"):
        given = at["ADT"][name] if pd.notna(at["AVAL"][name]) else None
        assert given == (None if case[name] == "-" else on_day(case[name])), name
    flagged = [name for name in ("PF", "FAT", "PAINN", "PHS") if at["BLOLDFL"][name] == "Y"]
    assert flagged == (case["old"] or "").split()


@pytest.mark.parametrize("paramcd", [*DOMAINS, "PAINN"])
def test_no_domain_hides_or_is_hidden(paramcd):
    """At baseline and at every visit: the nearer form lacks the domain, the other has all."""
    targets = [window.target for window in RULES.visits.windows][:3]
    complete = [form_of("P1", f"{day}") for day in (-10, *(day + 5 for day in targets))]
    lacking = [form_of("P1", f"{day} {paramcd}") for day in (-3, *targets)]
    late = adsl_of(pd.Timestamp("2023-12-31"))
    made = build_adqs(promis(*complete, *lacking), raw()["ecog"], late, RULES)
    mine = made[made["USUBJID"].eq("P1") & made["STATE"].eq("completed")]
    mine = mine[mine["PARAMCD"].ne("ECOG")]
    affected = {paramcd, "PHS", "MHS"}
    hidden = mine["PARAMCD"].isin(affected)
    days = ([-10, *(day + 5 for day in targets)], [-3, *targets])
    for rows, expected in ((mine[hidden], days[0]), (mine[~hidden], days[1])):
        for name, own in rows.groupby("PARAMCD"):
            assert own.sort_values("AVISITN")["ADT"].tolist() == [on_day(d) for d in expected], name
    assert mine["AVAL"].notna().all()
    assert mine.loc[mine["AVISIT"].ne("Baseline"), "CHG"].notna().all()


def test_the_change_is_from_the_form_that_gives_the_baseline():
    """PF answers 2 on day -10, 5 on day 57: 31.9 and 57.0; on day -3 one item is missing."""
    answers = [dict.fromkeys(items_of("PF"), value) for value in (2, 1, 5)]
    answers[1][items_of("PF")[0]] = None
    forms = [form("P1", on_day(d), **a) for d, a in zip((-10, -3, 57), answers, strict=True)]
    made = build_adqs(promis(*forms), raw()["ecog"], adsl_of(), RULES)
    rows = made[made["USUBJID"].eq("P1") & made["PARAMCD"].eq("PF")]
    at = rows[rows["AVISIT"].eq("Week 8") & rows["STATE"].notna()].iloc[0]
    assert (at["BASE"], at["AVAL"], at["CHG"]) == (31.9, 57.0, pytest.approx(25.1))
    unused = rows[rows["ADT"].eq(on_day(-3))].iloc[0]
    assert unused["AVISIT"] == "Unscheduled"
    assert unused[["STATE", "ANL01FL"]].isna().all()


@pytest.mark.parametrize(
    ("why", "values", "stands"),
    [
        ("no value on the nearest day", {"2023-02-26": "", "2023-03-01": "2"}, "2023-03-01"),
        ("a death on the nearest day", {"2023-02-26": "5", "2023-02-20": "1"}, "2023-02-20"),
        ("no value just before the anchor", {"2022-12-01": "1", "2022-12-31": ""}, "2022-12-01"),
        ("nor on it", {"2022-12-01": "1", "2023-01-01": ""}, "2022-12-01"),
    ],
)
def test_an_examination_without_a_status_hides_none(why, values, stands):
    rows = "\n".join(f"| P1 | {date} | {value} |" for date, value in values.items())
    exams = raw(ecog="| patient_id | assessment_date | ecog |\n" + rows)["ecog"]
    made = build_adqs(promis(), exams, adsl_of(), RULES)
    mine = made[made["USUBJID"].eq("P1") & made["ANL01FL"].eq("Y")]
    assert [as_text(date) for date in mine["ADT"]] == [stands]
