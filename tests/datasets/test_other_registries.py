"""What registries other than ours hold: other ends, unknown facts, readers, MedDRA, no days.

Each case is the tiny registry with a few cells changed; what is expected stands beside it.
"""

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.datasets.build import derive_datasets
from analysis.extracts import read_extracts
from analysis.params import Rules
from analysis.validation import validate
from tests.extracts_factory import CUT, add, change, drop, shipped_rules, tiny_study, write_extracts


def rules_with(**groups) -> Rules:
    rules = shipped_rules()
    changed = {name: getattr(rules, name).model_copy(update=keys) for name, keys in groups.items()}
    return rules.model_copy(update=changed)


def findings_of(tmp_path, study, rules=None):
    rules = rules or shipped_rules()
    extracts, findings = read_extracts(write_extracts(tmp_path / "raw", study),
                                       rules.extracts.columns_of("DC04"))  # fmt: skip
    findings.extend(validate(extracts, CUT, rules))
    return extracts, findings.frame()


def derived(tmp_path, study, rules=None):
    extracts, found = findings_of(tmp_path, study, rules)
    errors = found[found["severity"].eq("error")]
    assert errors.empty, errors["message"].tolist()
    return derive_datasets(extracts, CUT, rules or shipped_rules())[0]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Datasets of the registry as it is."""
    return derived(tmp_path_factory.mktemp("tiny"), tiny_study())


def time(data, paramcd, patient):
    rows = data["adtte"]
    row = rows[rows["PARAMCD"].eq(paramcd) & rows["USUBJID"].eq(patient)]
    assert len(row) == 1
    return row.iloc[0]


# --- other ends of the study ---------------------------------------------------------------------
# P005 is treated from 2023-04-03, last scanned 2023-11-14, last seen 2023-11-28.
REASONS = ["adverse_event", "protocol_violation", "lack_of_efficacy", "physician_decision", "other"]


def ended(reason, day="2023-09-30"):
    study = tiny_study()
    add(
        study, "disposition", patient_id="P005", event="discontinued", event_date=day, reason=reason
    )
    drop(study, "follow_up", patient_id="P005")
    for table, column in (("tumour_lesions", "assessment_date"), ("ecog", "assessment_date"),
                          ("tumour_responses", "assessment_date")):  # fmt: skip
        study[table] = [r for r in study[table] if r["patient_id"] != "P005" or r[column] <= day]
    return study


@pytest.mark.parametrize("reason", REASONS)
def test_another_end_censors_when_last_known_alive(tmp_path, reason):
    data = derived(tmp_path, ended(reason))
    survival, pfs = time(data, "OS", "P005"), time(data, "PFS", "P005")
    assert (survival["CNSR"], str(survival["ADT"])[:10]) == (13, "2023-09-19")
    assert reason.replace("_", " ") in survival["CNSDTDSC"]
    assert (pfs["CNSR"], str(pfs["ADT"])[:10]) == (13, "2023-09-19")
    adsl = data["adsl"].set_index("USUBJID").loc["P005"]
    assert (adsl["EOSSTT"], adsl["DCSREAS"]) == ("DISCONTINUED", reason)
    # the end of the study is none of the treatment
    regimen = data["adex"].set_index("REGID").loc["RG5"]
    assert pd.isna(regimen["AENDT"]) and pd.isna(regimen["STOPRSN"])


def test_the_closure_of_the_study_is_administrative(tmp_path):
    data = derived(tmp_path, ended("study_closure"))
    survival, pfs = time(data, "OS", "P005"), time(data, "PFS", "P005")
    assert (survival["CNSR"], str(survival["ADT"])[:10]) == (8, "2023-09-19")
    assert survival["CNSDTDSC"] == "Study closed: last known alive"
    assert (pfs["CNSR"], pfs["CNSDTDSC"]) == (8, "Study closed: last adequate assessment")


def test_nothing_counts_after_the_closure(tmp_path):
    """Seen and dead later: alive on the day of the closure, and no death."""
    study = ended("study_closure", "2023-08-01")
    add(study, "follow_up", patient_id="P005", contact_date="2023-09-01", vital_status="alive")
    add(study, "disposition", patient_id="P005", event="death", event_date="2023-10-01",
        cause="disease")  # fmt: skip
    survival = time(derived(tmp_path, study), "OS", "P005")
    assert (survival["CNSR"], str(survival["ADT"])[:10]) == (8, "2023-08-01")


def test_a_death_after_another_end_counts(tmp_path):
    study = ended("physician_decision", "2023-08-01")
    add(study, "disposition", patient_id="P005", event="death", event_date="2023-10-01",
        cause="disease")  # fmt: skip
    survival = time(derived(tmp_path, study), "OS", "P005")
    assert (survival["CNSR"], str(survival["ADT"])[:10]) == (0, "2023-10-01")


def test_lack_of_efficacy_is_clinical_progression(tmp_path):
    found = {}
    for reason in ("lack_of_efficacy", "other"):
        data = derived(tmp_path / reason, ended(reason))
        row = time(data, "PFSCOMP", "P005")
        found[reason] = (row["CNSR"], row["EVNTDESC"], str(row["ADT"])[:10])
    assert found["lack_of_efficacy"] == (0, "Clinical progression", "2023-09-30")
    assert found["other"][0] == 13


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "reason is empty"), ("closure", "'closure' is not one of"), ("Other", "other")],
)
def test_another_end_needs_its_reason(tmp_path, reason, said):
    study = ended(reason)
    _, found = findings_of(tmp_path, study)
    errors = found[found["severity"].eq("error") & found["column"].eq("reason")]
    assert len(errors) == 1 and said in errors["message"].iloc[0]


@pytest.mark.parametrize(
    ("consent", "main", "beside"), [("unknown", 3, 0), ("N", 3, None), ("Y", 0, None)]
)
def test_a_death_after_a_withdrawal_with_unknown_consent(tmp_path, consent, main, beside):
    """P003 withdrew in June; the death in August is used in a sensitivity row, not in OS."""
    study = tiny_study()
    line = 2 + [row["event"] for row in study["disposition"]].index("withdrawal")
    change(study, "disposition", line, vital_status_consent=consent)
    add(study, "disposition", patient_id="P003", event="death", event_date="2023-08-10",
        cause="disease")  # fmt: skip
    data = derived(tmp_path, study)
    assert time(data, "OS", "P003")["CNSR"] == main
    rows = data["adtte"]
    if beside is None:
        assert rows["PARAMCD"].ne("OSUNKN").all()
    else:
        assert time(data, "OSUNKN", "P003")["CNSR"] == beside
        assert str(time(data, "OSUNKN", "P003")["ADT"])[:10] == "2023-08-10"


# --- unknown where it is honest ------------------------------------------------------------------
UNKNOWN = {
    ("patients", "consent_date"): "",
    ("patients", "diagnosis"): "unknown",
    ("patients", "diagnosis_date"): "",
    ("patients", "tumour_group"): "unknown",
    ("patients", "stage"): "unknown",
    ("patients", "oncotree_code"): "unknown",
    ("patients", "eligible"): "unknown",
    ("patients", "birth_year"): "",
    ("tumour_lesions", "organ"): "unknown",
    ("tumour_responses", "target_response"): "",
    ("tumour_responses", "non_target_response"): "",
    ("tumour_responses", "new_lesion"): "",
    ("adverse_events", "grade"): "",
    ("adverse_events", "action_taken"): "unknown",
    ("adverse_events", "biopsy_related"): "",
}


@pytest.mark.parametrize(("table", "column"), UNKNOWN)
def test_unknown_is_no_error_and_invents_nothing(tmp_path, tiny, table, column):
    study = tiny_study()
    for row in study[table]:
        if row.get("outcome") != "fatal":
            row[column] = UNKNOWN[table, column]
    before, after = tiny, derived(tmp_path, study)
    assert len(after["adsl"]) == len(before["adsl"])
    for paramcd in ("OS", "PFS"):
        one, other = (
            data["adtte"][data["adtte"]["PARAMCD"].eq(paramcd)].reset_index(drop=True)
            for data in (before, after)
        )
        assert one[["USUBJID", "AVAL", "CNSR"]].equals(other[["USUBJID", "AVAL", "CNSR"]])


def test_a_missing_grade_is_not_recorded(tmp_path):
    study = change(tiny_study(), "adverse_events", 2, grade="")
    row = derived(tmp_path, study)["adae"].set_index("AEID").loc["AE1"]
    assert pd.isna(row["AETOXGR"]) and row["GRADERSN"] == "not recorded"


def test_a_regimen_of_which_the_end_is_unknown_is_not_ongoing(tmp_path, tiny):
    study = change(tiny_study(), "treatments", 6, stop_reason="unknown")
    row = time(derived(tmp_path, study), "TOT", "P005")
    assert row["CNSDTDSC"] == "End of treatment not recorded: day 1" and row["AVAL"] == 1
    ongoing = time(tiny, "TOT", "P005")
    assert "on treatment" in ongoing["CNSDTDSC"]


# --- screen failures and ages --------------------------------------------------------------------
def test_who_consented_and_was_not_enrolled_is_in_no_analysis(tmp_path):
    study = tiny_study()
    add(study, "patients", like=2, patient_id="P007", enrolment_date="")
    data = derived(tmp_path, study)
    row = data["adsl"].set_index("USUBJID").loc["P007"]
    assert pd.isna(row["ENRLFL"]) and row["EOSSTT"] == "SCREEN FAILURE"
    assert str(row["CONSDT"])[:10] == "2023-01-02"
    assert all("P007" not in set(rows["USUBJID"]) for n, rows in data.items() if n != "adsl")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"enrolment_date": "", "consent_date": ""}, "required.conditional"),
        ({"enrolment_date": ""}, "dates.treatment_without_enrolment"),
    ],
)
def test_who_has_a_regimen_was_enrolled(tmp_path, cells, rule):
    _, found = findings_of(tmp_path, change(tiny_study(), "patients", 2, **cells))
    assert rule in set(found.loc[found["severity"].eq("error"), "rule"])


@pytest.mark.parametrize(("born", "found"), [("2006", 1), ("2005", 0), ("1913", 0), ("1912", 1)])
def test_an_odd_age_is_a_warning_and_the_patient_kept(tmp_path, born, found):
    study = change(tiny_study(), "patients", 2, birth_year=born)
    _, rows = findings_of(tmp_path, study)
    ages = rows[rows["rule"].eq("range.age_at_consent")]
    assert ages["severity"].tolist() == ["warning"] * found
    assert "P001" in set(derived(tmp_path / "again", study)["adsl"]["USUBJID"])


# --- scans without a day -------------------------------------------------------------------------
def without_a_day(date, text, study=None):
    """Assessment of P001 on a date, of which only the month is known."""
    study = study or tiny_study()
    for table in ("tumour_lesions", "tumour_responses"):
        for row in study[table]:
            if row["patient_id"] == "P001" and row["assessment_date"] == date:
                row["assessment_date"] = text
    return study


@pytest.mark.parametrize(
    ("date", "text", "taken", "first", "last"),
    [
        # 2023-03-29: the next scan is in May
        ("2023-03-29", "2023-03", "2023-03-15", "2023-03-01", "2023-03-31"),
        # the PD of 2023-09-13
        ("2023-09-13", "2023-09", "2023-09-15", "2023-09-01", "2023-09-30"),
    ],
)
def test_a_month_is_its_middle_within_its_bounds(tmp_path, date, text, taken, first, last):
    study = without_a_day(date, text)
    _, found = findings_of(tmp_path, study)
    warned = found[found["rule"].eq("scan_date.day_missing")]
    assert set(warned["severity"]) == {"warning"} and set(warned["value"]) == {text}
    assert f"{first} to {last}" in warned["message"].iloc[0].replace(" 00:00:00", "")
    data = derived(tmp_path / "again", study)
    for name in ("adrs", "adtr"):
        rows = data[name][data[name]["USUBJID"].eq("P001")]
        flagged = rows[rows["ADTF"].eq("D")]
        assert set(flagged["ADT"].astype(str).str[:10]) == {taken}


def test_neighbours_bound_the_day(tmp_path):
    """An unscheduled scan on the 20th: the one of that month was before it."""
    study = tiny_study()
    add(study, "tumour_responses", like=2, assessment_date="2023-05-10", visit="unscheduled")
    _, found = findings_of(tmp_path, without_a_day("2023-05-24", "2023-05", study))
    message = found.loc[found["rule"].eq("scan_date.day_missing"), "message"].iloc[0]
    assert "2023-05-11 to 2023-05-31" in message.replace(" 00:00:00", "")


def test_earliest_and_latest_stand_in_the_grid(tmp_path):
    data = derived(tmp_path, without_a_day("2023-09-13", "2023-09"))
    days = {p: str(time(data, p, "P001")["ADT"])[:10] for p in ("PFS", "PFSEARL", "PFSLATE")}
    assert days == {"PFS": "2023-09-15", "PFSEARL": "2023-09-01", "PFSLATE": "2023-09-30"}
    assert time(data, "PFS", "P001")["ADTF"] == "D"
    adrs = data["adrs"]
    for paramcd, day in (("OVREARL", "2023-09-01"), ("OVRLATE", "2023-09-30")):
        rows = adrs[adrs["PARAMCD"].eq(paramcd) & adrs["USUBJID"].eq("P001")]
        assert day in set(rows["ADT"].astype(str).str[:10])


@pytest.mark.parametrize(
    ("date", "text", "what"),
    [("2023-01-23", "2023-02", "the first dose"), ("2023-09-13", "2023-11", "the cutoff")],
)
def test_where_the_day_decides_it_is_needed(tmp_path, date, text, what):
    _, found = findings_of(tmp_path, without_a_day(date, text))
    errors = found[found["rule"].eq("scan_date.day_decides")]
    assert set(errors["severity"]) == {"error"} and what in errors["message"].iloc[0]


def test_with_all_days_there_is_no_such_row(tiny):
    assert not tiny["adrs"]["PARAMCD"].isin(["OVREARL", "OVRLATE"]).any()


# --- adverse events under MedDRA -----------------------------------------------------------------
MEDDRA = {"safety": {"dictionary": "meddra"}}


def test_under_meddra_terms_stay_as_coded(tmp_path):
    study = change(tiny_study(), "adverse_events", 2, term="Diarrhoea", soc="Gastrointestinal")
    row = derived(tmp_path, study, rules_with(**MEDDRA))["adae"].set_index("AEID").loc["AE1"]
    assert (row["AEDECOD"], row["AEBODSYS"]) == ("Diarrhoea", "Gastrointestinal")
    assert pd.isna(row["AECTCTRM"])


def test_a_crosswalk_says_what_a_term_is_in_ctcae(tmp_path):
    study = change(tiny_study(), "adverse_events", 2, term="Diarrhoea", grade="5")
    rules = rules_with(safety={"dictionary": "meddra", "crosswalk": {"diarrhoea": "Diarrhea"}})
    row = derived(tmp_path, change(study, "adverse_events", 2, grade="2"), rules)["adae"]
    assert row.set_index("AEID").loc["AE1", "AECTCTRM"] == "Diarrhea"
    # under CTCAE the crosswalk gives the term itself
    plain = rules_with(safety={"crosswalk": {"diarrhoea": "Diarrhea"}})
    row = derived(tmp_path / "ctcae", study, plain)["adae"].set_index("AEID").loc["AE1"]
    assert row["AEDECOD"] == "Diarrhea"


@pytest.mark.parametrize("term", ["diarrhea", "DIARRHEA", "Diarrhea"])
def test_ctcae_is_matched_whatever_the_capitals(tmp_path, term):
    study = change(tiny_study(), "adverse_events", 2, term=term)
    assert derived(tmp_path, study)["adae"].set_index("AEID").loc["AE1", "AEDECOD"] == "Diarrhea"


def test_a_stroke_and_a_seizure_are_two_lines(tmp_path):
    from analysis.endpoints.adverse_event_period import counted_events

    study = tiny_study()
    for line, said in ((2, "Stroke"), (3, "Seizure of unknown origin")):
        change(study, "adverse_events", line, verbatim=said,
               term="Nervous system disorders - Other, specify",
               soc="Nervous system disorders")  # fmt: skip
    shown = counted_events(derived(tmp_path, study)["adae"]).set_index("AEID")["AEDECOD"]
    assert shown["AE1"] == "Nervous system disorders - Other, specify: Stroke"
    assert shown["AE2"] == "Nervous system disorders - Other, specify: Seizure of unknown origin"


def test_severities_of_one_event_count_once_with_the_worst(tmp_path):
    """Grades 1, 3, 2 of one diarrhoea under treatment: one event of grade 3, at its own onsets."""
    from analysis.endpoints.adverse_event_period import counted_events

    study = tiny_study()
    change(study, "adverse_events", 2, grade="1", ae_sequence="1")
    for number, grade, day in (("2", "3", "2023-02-18"), ("3", "2", "2023-02-25")):
        add(study, "adverse_events", like=2, ae_sequence=number, grade=grade, onset_date=day,
            resolution_date="2023-03-01")  # fmt: skip
    adae = derived(tmp_path, study)["adae"]
    mine = adae[adae["AEID"].eq("AE1")]
    assert mine["AESEQ"].tolist() == [1, 2, 3]
    assert mine["ASTDT"].astype(str).tolist() == ["2023-02-15", "2023-02-18", "2023-02-25"]
    counted = counted_events(adae)
    worst = counted[counted["AEID"].eq("AE1")]
    assert worst["AETOXGR"].tolist() == [3]


def test_an_event_belongs_to_one_patient(tmp_path):
    study = tiny_study()
    add(study, "adverse_events", like=2, patient_id="P003", ae_sequence="2")
    _, found = findings_of(tmp_path, study)
    assert "adverse_event.one_event_two_patients" in set(found["rule"])


def test_several_criteria_of_seriousness(tmp_path):
    study = change(
        tiny_study(), "adverse_events", 4, serious_criterion="hospitalisation;life_threatening"
    )
    row = derived(tmp_path, study)["adae"].set_index("AEID").loc["AE3"]
    assert row["AESCRIT"] == "hospitalisation;life_threatening"
    wrong = change(study, "adverse_events", 4, serious_criterion="hospitalisation;bad")
    _, found = findings_of(tmp_path / "wrong", wrong)
    errors = found[found["severity"].eq("error")]
    assert errors["rule"].tolist() == ["code.unknown"]


def test_a_later_death_leaves_the_other_criteria(tmp_path):
    """The event turned fatal after the cut: what else had made it serious was known."""
    study = tiny_study()
    line = 2 + [row["ae_id"] for row in study["adverse_events"]].index("AE4")
    change(study, "adverse_events", line, serious_criterion="death;hospitalisation")
    extracts, _ = read_extracts(write_extracts(tmp_path / "raw", study))
    early = SimpleNamespace(**{**vars(CUT), "clinical_cutoff": dt.date(2023, 6, 19)})
    data, result = derive_datasets(extracts, early, shipped_rules())
    assert data["adae"].set_index("AEID").loc["AE4", "AESCRIT"] == "hospitalisation"
    edit = result.readout[result.readout["column"].eq("serious_criterion")].iloc[0]
    assert (edit["old_value"], edit["new_value"]) == ("death;hospitalisation", "hospitalisation")


# --- readers -------------------------------------------------------------------------------------
def test_lesions_of_another_reader_have_rows_of_their_own_and_drive_nothing(tmp_path, tiny):
    """The central reader measured 25 mm where the investigator had 18: SD, not PR."""
    study = tiny_study()
    for row in [r for r in study["tumour_lesions"] if r["patient_id"] == "P001"]:
        size = {"2023-03-29": "25"}.get(row["assessment_date"], row["diameter_mm"])
        size = size if row["lesion_id"] == "L1" else row["diameter_mm"]
        study["tumour_lesions"].append({**row, "assessor": "central", "diameter_mm": size})
    before = tiny
    after = derived(tmp_path / "after", study)
    sums = after["adtr"][after["adtr"]["PARAMCD"].eq("SUMDIAM")]
    at = sums[sums["USUBJID"].eq("P001") & sums["ADT"].eq("2023-03-29")].set_index("TREVAL")
    assert at["AVAL"].to_dict() == {"investigator": 18.0, "central": 25.0}
    adrs = after["adrs"][after["adrs"]["ADT"].eq("2023-03-29")].set_index("PARAMCD")["AVALC"]
    assert (adrs["OVRDER"], adrs["OVRDERC"]) == ("PR", "SD")
    assert after["adtte"].equals(before["adtte"])


def test_the_second_reader_is_recorded_beside(tmp_path):
    study = tiny_study()
    add(study, "tumour_responses", like=2, assessor="second_reader", overall_response="SD")
    adrs = derived(tmp_path, study)["adrs"]
    assert adrs.loc[adrs["PARAMCD"].eq("OVR2RD"), "AVALC"].tolist() == ["SD"]


# --- columns -------------------------------------------------------------------------------------
def with_a_column(folder, table, name):
    path = folder / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{line},{name if not n else 'x'}" for n, line in enumerate(lines)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(("rule", "severity"), [("error", "error"), ("ignore", "warning")])
def test_an_unknown_column_by_the_plan(tmp_path, rule, severity):
    folder = write_extracts(tmp_path / "raw", tiny_study())
    with_a_column(folder, "ecog", "examiner")
    wanted = rules_with(extracts={"unknown_columns": rule}).extracts.columns_of("DC04")
    extracts, findings = read_extracts(folder, wanted)
    rows = findings.frame()
    assert rows[["severity", "column"]].values.tolist() == [[severity, "examiner"]]
    assert "examiner" not in extracts["ecog"]


@pytest.mark.parametrize(("since", "errors"), [("DC04", 1), ("DC05", 0)])
def test_a_column_that_is_required_since_a_cut(tmp_path, since, errors):
    study = tiny_study()
    study["ecog"][0].pop("source_visit")
    folder = write_extracts(tmp_path / "raw", study)
    path = folder / "ecog.csv"
    lines = [line.rsplit(",", 1)[0] for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")
    rules = rules_with(extracts={"required_since": {"ecog.source_visit": since}})
    extracts, findings = read_extracts(folder, rules.extracts.columns_of("DC04"))
    assert findings.n_errors == errors
    assert ("ecog.source_visit" in extracts.absent) is not errors


def test_the_id_of_the_site_is_in_no_dataset(tmp_path):
    study = change(tiny_study(), "patients", 2, source_subject_id="SECRET-17")
    for name, rows in derived(tmp_path, study).items():
        assert not rows.astype(str).eq("SECRET-17").any().any(), name


# --- reported outcomes ---------------------------------------------------------------------------
def test_reported_outcomes_are_parameters_of_their_own(tmp_path, tiny):
    data = tiny
    adrs = data["adrs"][data["adrs"]["PARAMCD"].isin(["BORREP", "RSPREP"])]
    assert adrs[["USUBJID", "PARAMCD", "AVALC"]].values.tolist() == [
        ["P001", "BORREP", "PR"],
        ["P002", "RSPREP", "N"],
    ]
    row = time(data, "PFSREP", "P001")
    assert (row["AVAL"], row["CNSR"], row["EVNTDESC"]) == (200, 0, "Event as reported")
    assert (row["SRCDOM"], row["SRCROW"]) == ("reported_outcomes", 3)
    study = tiny_study()
    study["reported_outcomes"] = []
    without = derived(tmp_path / "without", study)
    mine = data["adtte"]["PARAMCD"].isin(["PFSREP", "OSREP"])
    assert data["adtte"][~mine].reset_index(drop=True).equals(without["adtte"])


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"parameter": "BOR", "value": "", "days": ""}, "value"),
        ({"parameter": "BOR", "value": "Y"}, "value"),
        ({"parameter": "RSP", "value": "PR"}, "value"),
        ({"parameter": "OS", "value": "", "days": "", "status": "event", "anchor": "x"}, "days"),
        ({"parameter": "OS", "days": "10", "status": "", "anchor": "x"}, "status"),
        ({"parameter": "OS", "days": "10", "status": "event", "anchor": ""}, "anchor"),
        ({"parameter": "BOR", "value": "PR", "days": "10"}, "days"),
        ({"parameter": "OS", "days": "0", "status": "event", "anchor": "x"}, "days"),
    ],
)
def test_reported_outcomes_are_checked(tmp_path, cells, column):
    study = tiny_study()
    blank = dict.fromkeys(("value", "days", "status", "anchor"), "")
    add(study, "reported_outcomes", patient_id="P005", **{**blank, **cells})
    _, found = findings_of(tmp_path, study)
    errors = found[found["severity"].eq("error")]
    assert errors[["file", "line", "column"]].values.tolist() == [
        ["reported_outcomes.csv", 5, column]
    ]


# --- what is true of everybody -------------------------------------------------------------------
def test_what_is_true_of_every_patient_is_one_line(tmp_path):
    """Responses of twelve patients without any lesion: one line, not one for each."""
    study = tiny_study()
    study["tumour_lesions"] = []
    study["tumour_responses"] = []
    for number in range(10, 22):
        name = f"P0{number}"
        add(study, "patients", like=2, patient_id=name, source_subject_id=name)
        add(study, "tumour_responses", patient_id=name, visit="unscheduled",
            assessment_date="2023-05-24", assessor="investigator", target_response="PR",
            non_target_response="NA", new_lesion="N", overall_response="PR")  # fmt: skip
    _, found = findings_of(tmp_path, study)
    mine = found[found["rule"].eq("response.without_lesions")]
    assert len(mine) == 1 and pd.isna(mine["line"].iloc[0])
    assert "12 rows of all 12 who" in mine["message"].iloc[0]


def test_severe_events_are_not_recorded_where_no_event_has_a_grade(tmp_path, tiny):
    """Never a zero: none of grade 3 is known only where grades are."""
    from analysis.outputs.safety import overview, severe_events

    study = tiny_study()
    study["adverse_events"] = [row for row in study["adverse_events"] if row["ae_id"] != "AE4"]
    for row in study["adverse_events"]:
        row["grade"] = ""
    data, rules = derived(tmp_path, study), shipped_rules()
    frame = overview.numbers(data, rules).frame
    severe = frame[frame["parameter"].eq("Grade 3 or higher")]
    assert set(severe["stat_text"]) == {"not recorded"} and severe["stat"].isna().all()
    rows = severe_events.numbers(data, rules)
    severe = rows.frame[rows.frame["parameter"].eq(severe_events.ANY_SEVERE)]
    assert severe["stat"].isna().all() and len(severe)
    table = severe_events.show(rows, rules)[0]
    assert set(table.rows[0].cells) == {"not recorded"}
    known = overview.numbers(tiny, rules).frame
    n = known[known["parameter"].eq("Grade 3 or higher") & known["stat_name"].eq("n")]
    assert n.loc[n["group"].eq("All"), "stat"].tolist() == [1.0]
