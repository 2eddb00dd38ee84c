"""Eight patients as analysis datasets, drawn by hand: what the outputs are counted from."""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import pandas as pd

from analysis.endpoints.pfs_ratio import WITHOUT_PFS1
from tests.tables import frame

# First doses; the cutoff is 2023-11-30. P5 started on 2023-10-01: Week 8 closes on 2023-12-23.
ADSL = """
    | USUBJID | TRTGRP1 | NTSTAT  | EOSSTT       | AGE | AGEGR1 | SEX    | ECOGBL | TUMGRP     | STAGE | METSITES | NPRIORL | TRTSDT     | NACTDT     | DTHDT      | EOFDT      | GUIDCLS       | RECGRP | DCSREAS    | MTBDT      |
    |---------|---------|---------|--------------|-----|--------|--------|--------|------------|-------|----------|---------|------------|------------|------------|------------|---------------|--------|------------|------------|
    | P1      | TG      |         | ONGOING      | 60  | <65    | female | 0      | colorectal | IV    | 1        | 2       | 2023-01-01 |            |            | 2024-01-31 | targeted      | REC-T  |            | 2022-12-28 |
    | P2      | TG      |         | DISCONTINUED | 70  | 65-74  | male   | 1      | lung       | IV    | 2        | 1       | 2023-01-01 |            | 2023-06-01 | 2023-06-01 | immunotherapy | REC-T  | death      | 2022-12-28 |
    | P3      | TG      |         | ONGOING      | 80  | >=75   | female | 1      | lung       | III   |          | 3       | 2023-01-01 |            |            | 2024-01-31 | targeted      | REC-T  |            | 2022-12-28 |
    | P4      | OT      |         | DISCONTINUED | 50  | <65    | male   | 2      | biliary    | IV    | 4        | 1       | 2023-01-01 |            | 2023-02-10 | 2023-02-10 |               |        | death      |            |
    | P5      | OT      |         | ONGOING      | 66  | 65-74  | male   |        | biliary    | IV    | 2        | 1       | 2023-10-01 | 2023-11-01 |            | 2024-10-30 | targeted      | REC-T  |            | 2023-09-20 |
    | P6      | TN      |         | COMPLETED    | 55  | <65    | female | 1      | colorectal | IV    | 1        | 2       | 2023-01-01 |            |            | 2024-01-31 |               | REC-N  |            | 2022-12-28 |
    | P7      | NT      | pending | ONGOING      | 64  | <65    | female | 0      | colorectal | IV    | 1        | 0       |            |            |            | 2024-06-01 |               | REC-T  |            | 2023-04-20 |
    | P8      | NT      | final   | DISCONTINUED | 71  | 65-74  | male   | 1      | lung       | IV    | 3        | 1       |            |            |            | 2023-03-01 |               |        | withdrawal |            |
"""
# Who has which flag.
FLAGS = {
    "ENRLFL": "P1 P2 P3 P4 P5 P6 P7 P8",
    "BIOPFL": "P1 P2 P3 P4 P5 P6 P7",
    "SEQFL": "P1 P2 P3 P5 P6 P7",
    "MTBFL": "P1 P2 P3 P5 P6 P7",
    "ACTFL": "P1 P2 P3 P5 P7",
    "RECTGFL": "P1 P2 P3 P5 P7",
    "TRTFL": "P1 P2 P3 P4 P5 P6",
    "SAFFL": "P1 P2 P3 P4 P5 P6",
    "BLSCANFL": "P1 P2 P3 P4 P5 P6",
    "RSPEVLFL": "P1 P2 P4 P5 P6",
    "EVALFL": "P1 P2 P4 P6",
    "GUIDFL": "P1 P2 P3 P5",
    "TFAILFL": "P2",
    "SEQ2FL": "P2",
    "PFSRFL": "P1",
    "PROFL": "P1 P6",
    "DTHFL": "P2 P4",
}
# P5 had chemotherapy first and a guided drug afterwards.
ADEX = """
    | USUBJID | GUIDFL | THERCLS       | TRTGRP | ASTDT      | AENDT | GUIDRSN | RECID |
    | P1      | Y      | targeted      | TG     | 2023-01-01 |       | guided  | R1    |
    | P2      | Y      | immunotherapy | TG     | 2023-01-01 |       | guided  | R2    |
    | P3      | Y      | targeted      | TG     | 2023-01-01 |       | guided  | R3    |
    | P4      |        | chemotherapy  | OT     | 2023-01-01 |       | other   |       |
    | P5      |        | chemotherapy  | OT     | 2023-10-01 |       | other   |       |
    | P5      | Y      | targeted      | TG     | 2023-11-01 |       | guided  | R5    |
    | P6      |        | targeted      | TN     | 2023-01-01 |       | other   |       |
"""
# P7 waits for the start of what was recommended.
ADMB = """
    | USUBJID | RECID | REVDT      | PROFNUM | LINKFL | RECVFL | RECVDT     | DECISN   | DECRSN |
    | P1      | R1    | 2022-12-28 | 1       | Y      | Y      | 2023-01-01 | accepted |        |
    | P2      | R2    | 2022-12-28 | 1       | Y      | Y      | 2023-01-01 | accepted |        |
    | P3      | R3    | 2022-12-28 | 1       | Y      | Y      | 2023-01-01 | accepted |        |
    | P5      | R5    | 2023-09-20 | 1       | Y      | Y      | 2023-11-01 | accepted |        |
    | P7      | R7    | 2023-04-20 | 1       | Y      |        |            | pending  |        |
"""
ADRS = """
    | USUBJID | PARAMCD | AVALC         | ADT        | ADY | AVISIT  | ANL01FL | ANLRSN                       |
    | P1      | OVRINV  | PR            | 2023-02-26 | 57  | Week 8  | Y       |                              |
    | P1      | OVRINV  | PR            | 2023-04-23 | 113 | Week 16 | Y       |                              |
    | P2      | OVRINV  | PD            | 2023-02-26 | 57  | Week 8  | Y       |                              |
    | P3      | OVRINV  | NON-CR/NON-PD | 2023-02-26 | 57  | Week 8  | Y       |                              |
    | P6      | OVRINV  | CR            | 2023-02-26 | 57  | Week 8  | Y       |                              |
    | P6      | OVRINV  | NE            | 2023-04-23 | 113 | Week 16 | Y       |                              |
    | P1      | CBOR    | PR            | 2023-02-26 | 57  |         |         | confirmed                    |
    | P2      | CBOR    | PD            | 2023-02-26 | 57  |         |         | progression                  |
    | P3      | CBOR    | NON-CR/NON-PD | 2023-02-26 | 57  |         |         | at or after 42 days          |
    | P4      | CBOR    | MISSING       |            |     |         |         | no assessment: never scanned |
    | P5      | CBOR    | MISSING       |            |     |         |         | no assessment: not due yet   |
    | P6      | CBOR    | SD            | 2023-02-26 | 57  |         |         | not confirmed                |
    | P1      | BOR     | PR            | 2023-02-26 | 57  |         |         | best                         |
    | P2      | BOR     | PD            | 2023-02-26 | 57  |         |         | best                         |
    | P3      | BOR     | NON-CR/NON-PD | 2023-02-26 | 57  |         |         | best                         |
    | P4      | BOR     | MISSING       |            |     |         |         | no assessment: never scanned |
    | P5      | BOR     | MISSING       |            |     |         |         | no assessment: not due yet   |
    | P6      | BOR     | CR            | 2023-02-26 | 57  |         |         | best                         |
"""
# P2 failed on 2023-05-01: the second profile is of a specimen taken after that.
ADNGS = """
    | USUBJID | SPECDT     | REPDT      | PROFNUM | QCSTAT |
    | P1      | 2022-12-01 | 2022-12-20 | 1       | pass   |
    | P2      | 2022-12-01 | 2022-12-20 | 1       | pass   |
    | P2      | 2023-05-03 | 2023-05-20 | 2       | pass   |
"""
# Days from enrolment; 1 guided, 2 death, 3 withdrawal, 0 not yet.
ADTTE = """
    | USUBJID | PARAMCD | AVAL | EVTCAUSE |
    | P1      | TTGUID  | 51   | 1        |
    | P2      | TTGUID  | 30   | 1        |
    | P3      | TTGUID  | 60   | 1        |
    | P4      | TTGUID  | 41   | 2        |
    | P5      | TTGUID  | 200  | 1        |
    | P6      | TTGUID  | 325  | 0        |
    | P7      | TTGUID  | 250  | 0        |
    | P8      | TTGUID  | 20   | 3        |
"""


ENROLLED = pd.Timestamp("2022-12-01")


def small_study() -> dict[str, pd.DataFrame]:
    """The analysis datasets by name."""
    adsl = frame(
        ADSL, dates="TRTSDT NACTDT DTHDT EOFDT MTBDT", numbers="AGE ECOGBL METSITES NPRIORL"
    )
    for flag, who in FLAGS.items():
        inside = adsl["USUBJID"].isin(who.split())
        adsl[flag] = pd.Series("Y", index=adsl.index, dtype=object).where(inside, None)
    failure = pd.Series(pd.Timestamp("2023-05-01"), index=adsl.index)
    adsl["TFAILDT"] = failure.where(adsl["TFAILFL"].eq("Y"))
    no_pfs1 = adsl["GUIDFL"].eq("Y") & adsl["PFSRFL"].isna()
    adsl["PFS1RSN"] = pd.Series(WITHOUT_PFS1[0], adsl.index, dtype=object).where(no_pfs1, None)
    outside = adsl["PROFL"].isna()
    adsl["PROXRSN"] = pd.Series("no baseline form", adsl.index, dtype=object).where(outside, None)
    adsl["TUMTYP"] = adsl["TUMGRP"].str.upper()
    return {
        "adsl": adsl.assign(DCUTDT=pd.Timestamp("2023-11-30"), ENRLDT=ENROLLED),
        "adex": frame(ADEX, dates="ASTDT AENDT"),
        "admb": frame(ADMB, dates="REVDT RECVDT", numbers="PROFNUM"),
        "adngs": frame(ADNGS, dates="SPECDT REPDT", numbers="PROFNUM"),
        "adrs": frame(ADRS, dates="ADT", numbers="ADY"),
        "adtte": frame(ADTTE, numbers="AVAL EVTCAUSE").assign(STARTDT=ENROLLED),
    }


def nobody() -> dict[str, pd.DataFrame]:
    """The same datasets of an early cut with no patient at all."""
    return {name: rows.iloc[:0] for name, rows in small_study().items()}
