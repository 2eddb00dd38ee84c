"""Public SDTM in, its own ADaM as the expected values; every difference has its reason here."""

import csv
import shutil

import numpy as np
import pandas as pd
import pytest

from analysis.importing.draft import write_draft
from analysis.importing.run import import_source
from tests.extracts_factory import ROOT
from tests.importing.sdtm_folders import ANSWERS, BIG, RECIST, adam, answered, domain, write_folder

pytestmark = pytest.mark.filterwarnings("ignore:.*pyarrow.*:DeprecationWarning")
CUT = """cut: DC01
label: Imported
clinical_cutoff: 2020-01-01
snapshot_date: 2020-01-01
previous: null
sap_version: "{version}"
synthetic: false
overrides: {{safety: {{dictionary: meddra}}}}
"""


def import_folder(root, domains, kind="csv"):
    """Draft, answer, import; return the study folder."""
    source = write_folder(root / "source", domains, kind)
    draft = root / "draft.yaml"
    write_draft("sdtm", source, draft, None)
    mapping = root / "mapping.yaml"
    mapping.write_text(answered(draft.read_text(encoding="utf-8")), encoding="utf-8")
    study = root / "study"
    (study / "data" / "raw").mkdir(parents=True)
    (study / "params" / "cuts").mkdir(parents=True)
    shutil.copy(ROOT / "params" / "sap.yaml", study / "params" / "sap.yaml")
    version = (ROOT / "params" / "sap.yaml").read_text().split('"')[1]
    (study / "params" / "cuts" / "DC01.yaml").write_text(CUT.format(version=version))
    import_source("sdtm", source, mapping, study / "data" / "raw" / "DC01")
    return study


def derived(study):
    from analysis.datasets.build import derive_cut

    outcome = derive_cut(study, "DC01")
    assert outcome.exit_status == 0, outcome.summary
    names = ("adsl", "adrs", "adtr", "adae", "adtte")
    folder = study / "data" / "derived" / "DC01"
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


@pytest.fixture(scope="module")
def recist(tmp_path_factory):
    study = import_folder(tmp_path_factory.mktemp("recist"), RECIST)
    return study, derived(study)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    study = import_folder(tmp_path_factory.mktemp("big"), BIG)
    return study, derived(study)


def rows_of(study, table):
    with (study / "data" / "raw" / "DC01" / f"{table}.csv").open(encoding="utf-8") as file:
        return pd.DataFrame(list(csv.DictReader(file)))


def subjects(study):
    """patient_id -> USUBJID of the source."""
    patients = rows_of(study, "patients")
    return dict(zip(patients["patient_id"], patients["source_subject_id"], strict=True))


def of_source(study, frame):
    return frame.assign(SUBJECT=frame["USUBJID"].map(subjects(study)))


def test_the_draft_leaves_little_open(tmp_path):
    source = write_folder(tmp_path / "source", BIG)
    write_draft("sdtm", source, tmp_path / "draft.yaml", None)
    text = (tmp_path / "draft.yaml").read_text(encoding="utf-8")
    assert sum(text.count(open_) for open_ in ANSWERS) == len(ANSWERS)
    assert text.replace("# A first mapping", "").count("TODO") == 1 + len(ANSWERS)


@pytest.mark.parametrize("kind", ["xpt", "json"])
def test_the_format_of_the_files_changes_nothing(tmp_path, recist, kind):
    other = import_folder(tmp_path / kind, RECIST, kind)
    for path in sorted((recist[0] / "data" / "raw" / "DC01").glob("*.csv")):
        if path.name != "import_report.csv":
            assert (other / "data" / "raw" / "DC01" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("which", ["recist", "big"])
def test_nothing_is_invented(request, which):
    """What the source does not have is empty or unknown, in every row."""
    study, _ = request.getfixturevalue(which)
    patients, events = rows_of(study, "patients"), rows_of(study, "adverse_events")
    for column in ("consent_date", "diagnosis_date", "metastatic_sites"):
        assert set(patients[column]) == {""}
    for column in ("diagnosis", "oncotree_code", "tumour_group", "stage", "eligible"):
        assert set(patients[column]) == {"unknown"}
    assert set(events["grade"]) == {""} and set(events["biopsy_related"]) == {""}
    page = (study / "data" / "raw" / "DC01" / "import_report.html").read_text(encoding="utf-8")
    assert "Values invented: 0." in page


@pytest.mark.parametrize(
    ("which", "domains", "table", "of", "rows"),
    [
        ("recist", RECIST, "treatments", "ex", 591),
        ("recist", RECIST, "adverse_events", "ae", 1191),
        ("big", BIG, "treatments", "ex", 591),
        ("big", BIG, "adverse_events", "ae", 1191),
    ],
)
def test_no_record_is_lost(request, which, domains, table, of, rows):
    study, _ = request.getfixturevalue(which)
    assert len(rows_of(study, table)) == len(domain(domains[of])) == rows


def test_every_early_end_has_its_reason(big):
    """116 subjects ended early; none is without a code."""
    study, _ = big
    ends = rows_of(study, "disposition")
    source = domain("ds")
    source = source[source["DSCAT"].eq("DISPOSITION EVENT")]
    source = source[source["DSDECOD"].ne("SCREEN FAILURE")]
    assert len(ends) == len(source)
    found = ends[ends["event"].eq("discontinued")]["reason"].value_counts().to_dict()
    assert found == {
        "adverse_event": 92, "study_closure": 7, "protocol_violation": 6,
        "lack_of_efficacy": 4, "physician_decision": 3,
    }  # fmt: skip


def test_treatment_dates_and_deaths_are_those_of_its_adam(big):
    """First dose and death of all 254; last dose of those whose end is recorded.

    Different by definition: ADSL there takes the last dose from a datetime imputed where EXENDTC is
    missing; an end that was not recorded is unknown here.
    """
    study, data = big
    adsl = of_source(study, data["adsl"]).set_index("SUBJECT")
    theirs = adam("adsl").set_index("USUBJID").loc[adsl.index]
    first = pd.to_datetime(theirs["TRTSDT"])
    assert (adsl["TRTSDT"] == first).sum() == len(adsl) == 254
    died = pd.to_datetime(theirs["DTHDT"])
    agree = (adsl["DTHDT"] == died) | (adsl["DTHDT"].isna() & died.isna())
    assert agree.sum() == 254 and died.notna().sum() == 3
    last = pd.to_datetime(theirs["TRTEDT"])
    exposure = domain("ex")
    open_end = set(exposure.loc[exposure["EXENDTC"].isna(), "USUBJID"])
    closed = ~adsl.index.isin(open_end)
    assert (adsl["TRTEDT"] == last)[closed].all()


def test_overall_responses_are_those_of_its_adam(recist):
    """Responses of the investigator in the RECIST set, assessment by assessment."""
    study, data = recist
    adrs = of_source(study, data["adrs"])
    ours = adrs[adrs["PARAMCD"].eq("OVRINV")].set_index(["SUBJECT", "ADT"])["AVALC"]
    theirs = adam("adrs_onco")
    theirs = theirs[theirs["PARAMCD"].eq("OVR") & theirs["RSEVAL"].eq("INVESTIGATOR")]
    exact = theirs[theirs["RSDTC"].str.len().ge(10)]
    keys = pd.MultiIndex.from_arrays([exact["USUBJID"], pd.to_datetime(exact["ADT"])])
    agree = ours.reindex(keys).to_numpy() == exact["AVALC"].to_numpy()
    assert agree.all() and len(exact) == len(theirs) - 1
    # the one without a day: the last of the month there, the 15th here
    partial = theirs[theirs["RSDTC"].str.len().lt(10)].iloc[0]
    mine = ours.loc[partial["USUBJID"]]
    assert mine.loc[pd.Timestamp("2014-02-15")] == partial["AVALC"]
    assert str(partial["ADT"])[:10] == "2014-02-28"


def test_responses_of_every_reader_are_those_recorded(big):
    """All three readers of the big set; one and the same response per subject, date and reader."""
    study, data = big
    adrs = of_source(study, data["adrs"])
    source = domain("rs_onco")
    source = source[source["RSTESTCD"].eq("OVRLRESP") & source["RSSTRESC"].notna()]
    independent = "INDEPENDENT ASSESSOR"
    readers = {
        "OVRINV": ("INVESTIGATOR", None),
        "OVRCEN": (independent, "RADIOLOGIST 1"),
        "OVR2RD": (independent, "RADIOLOGIST 2"),
    }
    counted = {}
    for paramcd, (who, which) in readers.items():
        mine = source[source["RSEVAL"].eq(who)]
        mine = mine[mine["RSEVALID"].eq(which)] if which else mine
        ours = adrs[adrs["PARAMCD"].eq(paramcd)].set_index(["SUBJECT", "ADT"])["AVALC"]
        keys = pd.MultiIndex.from_arrays([mine["USUBJID"], pd.to_datetime(mine["RSDTC"])])
        expected = mine["RSSTRESC"].replace("CHECK", "NE").to_numpy()
        agree = ours.reindex(keys).to_numpy() == expected
        counted[paramcd] = (int(agree.sum()), len(mine))
    assert counted["OVRINV"][0] == counted["OVRINV"][1] > 600
    assert all(n == of for n, of in counted.values()), counted


@pytest.mark.parametrize(
    ("assessor", "evaluator", "reader", "equal", "incomplete"),
    [
        ("investigator", "INVESTIGATOR", None, 864, 22),
        ("central", "INDEPENDENT ASSESSOR", "RADIOLOGIST 1", 876, 11),
        ("second_reader", "INDEPENDENT ASSESSOR", "RADIOLOGIST 2", 876, 11),
    ],
)
def test_sums_of_diameters_are_those_recorded(big, assessor, evaluator, reader, equal, incomplete):
    """SUMDIAM of TR, made by the site, and the sum from the lesions: equal where there is one.

    Incomplete: a target was not measured; the sum is missing here, there it is that of the others.
    """
    study, data = big
    adtr = of_source(study, data["adtr"])
    ours = adtr[adtr["PARAMCD"].eq("SUMDIAM") & adtr["TREVAL"].eq(assessor)]
    ours = ours.set_index(["SUBJECT", "ADT"])["AVAL"]
    source = domain("tr_onco")
    source = source[source["TRTESTCD"].eq("SUMDIAM") & source["TREVAL"].eq(evaluator)]
    source = source[source["TREVALID"].eq(reader)] if reader else source
    source = source[source["TRDTC"].str.len().ge(10)]
    keys = pd.MultiIndex.from_arrays([source["USUBJID"], pd.to_datetime(source["TRDTC"])])
    mine, theirs = ours.reindex(keys).to_numpy(float), source["TRSTRESN"].to_numpy(float)
    assert np.isclose(mine, theirs, atol=0.011, rtol=0).sum() == equal
    assert np.isnan(mine).sum() == incomplete == len(source) - equal


def test_treatment_emergence_is_that_of_the_dates(big):
    """Emergent: begun on or after the first dose, not before it."""
    _, data = big
    adae = data["adae"]
    adsl = data["adsl"].set_index("USUBJID")
    start = adae["USUBJID"].map(adsl["TRTSDT"])
    exact = adae["ASTDTF"].isna()
    before = exact & (adae["ASTDT"] < start)
    assert adae.loc[before, "TRTEMFL"].isna().all() and before.sum() > 0
    assert adae.loc[exact & (adae["ASTDT"] == start), "TRTEMFL"].eq("Y").all()


def test_terms_stay_as_coded(big):
    _, data = big
    source = domain("ae")
    assert sorted(data["adae"]["AEDECOD"]) == sorted(source["AEDECOD"])
    assert sorted(data["adae"]["AEBODSYS"]) == sorted(source["AEBODSYS"])
    assert data["adae"]["GRADERSN"].eq("not recorded").all()
