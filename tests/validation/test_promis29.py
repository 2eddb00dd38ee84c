"""PROMIS-29 in printed order: items against their domain, domains against the symptoms, by site.

The forms are those of people who feel equally well in everything, 1 to 5 in turn: each item
correlates with every other with 1 or -1, and turned for a part of the forms with
(n right - n turned) / n.
"""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pytest

from analysis.extracts import Extracts, read_table
from analysis.findings import Findings
from analysis.simulation import simulate
from analysis.validation import validate
from schemas.promis29 import turned_items
from schemas.raw import RAW_TABLES
from schemas.terminology import PROMIS29_ITEMS
from tests.extracts_factory import CUT, shipped_rules, tiny_study, write_extracts
from tests.study_folder import PROJECT

PRINTED = " ".join(turned_items())
PF, SLEEP = "pfa11 pfa21 pfa23 pfa53", "sleep109 sleep116 sleep20 sleep44"
SOCIAL = "srpper11_caps srpper18_caps srpper23_caps srpper46_caps"


def form(patient, number, turned):
    badly = 1 + number % 5
    better = ("physical_function", "social_roles")
    items = {item: 6 - badly if of in better else badly for item, of in PROMIS29_ITEMS.items()}
    items |= {item: 6 - items[item] for item in turned.split()}
    items["global07"] = 2 * badly
    date = f"2023-{5 + number // 28:02}-{1 + number % 28:02}"
    row = {"patient_id": patient, "visit": "unscheduled", "completion_date": date}
    return row | {item: str(value) for item, value in items.items()}


def suspected(rows, folder, coding="scored"):
    """Column, value and message of each finding on these forms of the patients of the tiny study."""
    write_extracts(folder, {**tiny_study(), "promis29": rows})
    extracts, findings = Extracts(), Findings()
    for name in ("patients", "promis29"):
        read_table(folder, RAW_TABLES[name], extracts, findings)
    assert findings.frame().empty
    rules = shipped_rules()
    promis29 = rules.promis29.model_copy(update={"item_coding": coding})
    found = validate(extracts, CUT, rules.model_copy(update={"promis29": promis29})).frame()
    found = found[found["rule"].eq("promis29.printed_order")]
    assert found["line"].isna().all() and found["severity"].eq("warning").all()
    return found[["column", "value", "message"]]


# What is turned in all forms, and what is found.
WHOLE = [
    ("", ""),
    (PRINTED, "pfa11 sleep109 sleep116 srpper11_caps"),
    # one item against three
    ("edanx40", "edanx40"),
    ("painin34", "painin34"),
    ("sleep44", "sleep44"),
    ("sleep109", "sleep109"),
    # two against two: those that printed order turns are named, whichever half was
    ("sleep109 sleep116", "sleep109 sleep116"),
    ("sleep20 sleep44", "sleep109 sleep116"),
    ("eddep29 eddep41", "eddep04 eddep06"),
    # three against one cannot be told from one against three, but by the symptoms
    ("hi7 an3 fatexp41", "fatexp40"),
    ("pfa11 pfa21 pfa23", "pfa11 pfa21 pfa23"),
    ("pfa23 pfa53", "pfa23 pfa53"),
    (PF, "pfa11"),
    (SOCIAL, "srpper11_caps"),
    # all of a domain of symptoms: nothing inside it shows
    (SLEEP, ""),
]  # fmt: skip


@pytest.mark.parametrize(("turned", "found"), WHOLE)
def test_items_of_the_whole_file(turned, found, tmp_path):
    rows = [form("P001", number, turned) for number in range(25)]
    assert suspected(rows, tmp_path)["column"].tolist() == found.split()


def test_what_the_finding_says(tmp_path):
    rows = [form("P001", number, f"{PRINTED} hi7") for number in range(25)]
    messages = suspected(rows, tmp_path).set_index("column")
    assert messages.loc["sleep109"].tolist() == [
        "-1.00",
        "sleep109 of sleep disturbance runs against sleep20 and sleep44 (correlation -1.00 over 25 "
        "forms): exported in printed order? See rules.promis29.item_coding.",
    ]
    assert (
        "hi7 of fatigue runs against an3, fatexp41 and fatexp40 (" in messages.loc["hi7", "message"]
    )
    assert messages.loc["pfa11"].tolist() == [
        "1.00",
        "All items of physical function rise with the symptoms (correlation 1.00 over 25 forms): "
        "exported in printed order? See rules.promis29.item_coding.",
    ]


def test_a_declared_order_is_believed_and_its_opposite_suspected(tmp_path):
    printed = [form("P001", number, PRINTED) for number in range(25)]
    scored = [form("P001", number, "") for number in range(25)]
    assert suspected(printed, tmp_path, "printed").empty
    found = suspected(scored, tmp_path, "printed")
    assert found["column"].tolist() == ["pfa11", "sleep109", "sleep116", "srpper11_caps"]
    assert found["message"].str.contains("exported in scored direction?", regex=False).all()


@pytest.mark.parametrize(
    ("forms", "unanswered", "n_found"),
    [(20, 0, 4), (19, 0, 0), (25, 5, 4), (25, 6, 0)],
)
def test_twenty_complete_forms_are_needed(forms, unanswered, n_found, tmp_path):
    rows = [form("P001", number, PRINTED) for number in range(forms)]
    for row in rows[:unanswered]:
        row |= dict.fromkeys(("sleep44", "pfa53", "srpper46_caps"), "")
    assert len(suspected(rows, tmp_path)) == n_found


def test_an_item_that_never_varies_says_nothing(tmp_path):
    rows = [form("P001", number, "sleep109") | {"sleep20": "3"} for number in range(25)]
    assert suspected(rows, tmp_path)["column"].tolist() == ["sleep109"]
    rows = [row | dict.fromkeys(SLEEP.split(), "3") for row in rows]
    assert suspected(rows, tmp_path).empty


# --- sites ---------------------------------------------------------------------------------------
# P001 is of site S01, P003 of S02, P005 of S03.
SITES = [
    # forms and what is turned at S01, S02, S03: found (site empty where in the whole file)
    (20, "sleep109", 50, "", 0, "", ["sleep109 S01: -1.00"]),
    (19, "sleep109", 50, "", 0, "", []),
    (26, PRINTED, 90, "", 0, "", ["pfa11 S01: 1.00", "sleep109 S01: -1.00", "sleep116 S01: -1.00", "srpper11_caps S01: 1.00"]),
    # domains hang together less than items: 5 standard errors of 25 forms are a correlation of 1
    (25, PRINTED, 90, "", 0, "", ["sleep109 S01: -1.00", "sleep116 S01: -1.00"]),
    (20, "edanx01", 60, "", 20, "eddep04", ["edanx01 S01: -1.00", "eddep04 S03: -1.00"]),
    # what the whole file shows is not said again of its sites
    (30, "sleep109", 30, "sleep109", 0, "", ["sleep109 -1.00"]),
    (60, "sleep109", 30, "", 0, "", ["sleep109 -0.33"]),
    (30, "hi7", 30, "hi7", 20, "hi7 an3", ["an3 S03: -1.00", "hi7 -0.94"]),
]  # fmt: skip


@pytest.mark.parametrize(("n1", "turned1", "n2", "turned2", "n3", "turned3", "found"), SITES)
def test_items_of_one_site(n1, turned1, n2, turned2, n3, turned3, found, tmp_path):
    parts = (("P001", n1, turned1), ("P003", n2, turned2), ("P005", n3, turned3))
    rows = [form(who, number, turned) for who, n, turned in parts for number in range(n)]
    places = suspected(rows, tmp_path)
    assert [f"{row.column} {row.value}" for row in places.itertuples()] == found
    named = places[places["value"].str.startswith("S")]
    assert all(row.message.startswith(f"Site {row.value[:3]}: ") for row in named.itertuples())


def test_forms_of_unknown_patients_are_of_no_site(tmp_path):
    rows = [form("P001", number, "sleep109") for number in range(25)]
    rows += [form("P003", number, "") for number in range(40)]
    write_extracts(tmp_path, {**tiny_study(), "promis29": rows})
    extracts, findings = Extracts(), Findings()
    read_table(tmp_path, RAW_TABLES["promis29"], extracts, findings)
    found = validate(extracts, CUT, shipped_rules()).frame()
    assert "promis29.printed_order" not in set(found["rule"])


# --- nothing where nothing is wrong --------------------------------------------------------------
def printed_order_of(folder):
    extracts, findings = Extracts(), Findings()
    for name in ("patients", "promis29"):
        read_table(folder, RAW_TABLES[name], extracts, findings)
    found = validate(extracts, CUT, shipped_rules()).frame()
    return found.loc[found["rule"].eq("promis29.printed_order"), "message"].tolist()


@pytest.mark.parametrize("cut", ["DC01", "DC02", "DC03", "DC04"])
def test_the_shipped_forms_are_not_suspected(cut):
    assert printed_order_of(PROJECT / "data" / "raw" / cut) == []


@pytest.mark.parametrize("seed", [9, 12, 29, 30])
def test_few_forms_of_a_clean_registry_are_not_suspected(seed, tmp_path):
    """Seeds in which the domains of the first forms happen to correlate the wrong way."""
    simulate(tmp_path, seed=seed, cuts=("DC01", "DC02"), clean=True)
    for cut in ("DC01", "DC02"):
        assert printed_order_of(tmp_path / "data" / "raw" / cut) == []
