"""Folders of SDTM that are damaged, and what small ones become."""

import csv

import pytest

from analysis.errors import ParameterError
from analysis.importing.draft import write_draft
from analysis.importing.run import import_source
from analysis.importing.sdtm import read_sdtm
from tests.importing.sdtm_folders import RECIST, write_folder

DM = """STUDYID,DOMAIN,USUBJID,SITEID,RFSTDTC,RFICDTC,DTHFL,DTHDTC,SEX,ARMCD,BRTHDTC
S,DM,S-1,1,2023-02-01,2023-01-03,,,F,A,1960-05
S,DM,S-2,1,2023-02-02,2023-01-04,Y,2023-06-20,M,A,1961-07
S,DM,S-3,2,2023-02-03,2023-01-05,Y,2023-07-01,M,A,1962
"""
DS = """STUDYID,DOMAIN,USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC
S,DS,S-1,1,COMPLETED,DISPOSITION EVENT,2024-01-20
S,DS,S-2,1,DEATH,DISPOSITION EVENT,2023-06-20
"""
SS = """STUDYID,DOMAIN,USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC
S,SS,S-1,1,SURVSTAT,ALIVE,2023-11-01
S,SS,S-2,1,SURVSTAT,DEAD,2023-11-01
"""
AE = """STUDYID,DOMAIN,USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AESER,AESTDTC
S,AE,S-1,1,loose stools,Diarrhoea,GI,N,2023-03-01
S,AE,S-1,2,tired,Fatigue,General,N,2023-03
"""
SUPPAE = """STUDYID,RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL
S,AE,S-1,AESEQ,2,AETRTEM,Treatment emergent,Y
"""


def folder_of(tmp_path, **files):
    folder = tmp_path / "sdtm"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def imported(tmp_path, **files):
    folder = folder_of(tmp_path, **files)
    write_draft("sdtm", folder, tmp_path / "draft.yaml", None)
    out = tmp_path / "DC01"
    import_source("sdtm", folder, tmp_path / "draft.yaml", out)
    return lambda table: list(
        csv.DictReader((out / f"{table}.csv").read_text(encoding="utf-8").splitlines())
    )


def test_a_small_folder_by_its_draft(tmp_path):
    rows = imported(tmp_path, dm=DM, ds=DS, ss=SS, ae=AE, suppae=SUPPAE)
    patients = rows("patients")
    assert [row["birth_year"] for row in patients] == ["1960", "1961", "1962"]
    assert [row["patient_id"] for row in patients] == ["P00001", "P00002", "P00003"]
    assert [row["source_subject_id"] for row in patients] == ["S-1", "S-2", "S-3"]
    contacts = rows("follow_up")
    assert [(r["patient_id"], r["vital_status"]) for r in contacts] == [("P00001", "alive")]
    assert [row["onset_date"] for row in rows("adverse_events")] == ["2023-03-01", "2023-03"]


def test_a_death_that_only_dm_knows_is_not_lost(tmp_path):
    """DS has one death, DM two: those of DM are taken, each once."""
    rows = imported(tmp_path, dm=DM, ds=DS)("disposition")
    assert [(row["patient_id"], row["event"], row["event_date"]) for row in rows] == [
        ("P00001", "completed", "2024-01-20"),
        ("P00002", "death", "2023-06-20"),
        ("P00003", "death", "2023-07-01"),
    ]


def test_a_supplement_becomes_a_field(tmp_path):
    tables = read_sdtm(folder_of(tmp_path, dm=DM, ae=AE, suppae=SUPPAE)).tables
    assert tables["AE"].fields["AETRTEM"] == ["", "Y"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"ae": AE}, "no DM"),
        ({"dm": DM.replace("USUBJID", "SUBJECT")}, "the domain needs this variable"),
        ({"dm": DM, "ae": DM}, "a record of another domain in AE"),
        ({"dm": DM, "suppae": SUPPAE}, "there is no AE beside it"),
        (
            {"dm": DM, "ae": AE, "suppae": SUPPAE.replace("AESEQ,2", "AESEQ,9")},
            "suppae.csv, line 2, AESEQ = '9': no record of AE of S-1 has it",
        ),
        (
            {"dm": DM, "ae": AE, "suppae": SUPPAE.replace("AESEQ,2", "AESPID,2")},
            "AE has no such variable",
        ),
        (
            {"dm": DM, "ae": AE, "suppae": SUPPAE.replace("AETRTEM,", "AETERM,")},
            "AE has such a variable",
        ),
        ({"dm": DM, "ae": AE[:-20]}, "cut short"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path, files, said):
    with pytest.raises(ParameterError) as refusal:
        read_sdtm(folder_of(tmp_path, **files))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-100], "cut short"),
        (lambda data: b"not a transport file" + data, "not a SAS transport file"),
    ],
)
def test_a_damaged_transport_file_is_refused(tmp_path, damage, said):
    folder = write_folder(tmp_path / "sdtm", RECIST, "xpt")
    path = folder / "tr.xpt"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ParameterError, match=rf"tr.xpt.*{said}"):
        read_sdtm(folder)


def test_a_domain_twice_is_refused_and_what_is_none_is_noted(tmp_path):
    folder = folder_of(tmp_path, dm=DM, relrec="a,b\n1,2\n")
    (folder / "notes.txt").write_text("x")
    assert [place for place, _, _ in read_sdtm(folder).notes] == ["notes.txt", "relrec.csv"]
    (folder / "DM.json").write_text("{}")
    with pytest.raises(ParameterError, match="the domain stands in"):
        read_sdtm(folder)


def test_two_values_for_one_place_are_refused(tmp_path):
    rs = """DOMAIN,USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSDTC,VISIT
RS,S-1,1,OVRLRESP,PR,2023-03-01,WEEK 8
RS,S-1,2,OVRLRESP,SD,2023-03-01,WEEK 8
"""
    with pytest.raises(ParameterError, match=r"rs.csv, line 3, OVRLRESP = 'SD'.*'PR' already"):
        read_sdtm(folder_of(tmp_path, dm=DM, rs=rs))
