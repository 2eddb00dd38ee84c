"""Lines in the raw files of the facts behind ADTTE: which row says when this happened."""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, complete
from analysis.endpoints.molecular_workup import passed_reports, profile_reviews
from analysis.endpoints.vital_status import disposition_dates

_SIGNS_OF_LIFE = (
    ("patients", "enrolment_date"),
    ("biopsies", "collection_date"),
    ("treatments", "start_date"),
    ("tumour_lesions", "assessment_date"),
    ("tumour_lesions", "scan_date"),
    ("tumour_responses", "assessment_date"),
    ("ecog", "assessment_date"),
    ("promis29", "completion_date"),
    ("adverse_events", "onset_date"),
    ("follow_up", "contact_date"),
    ("disposition", "event_date"),
)


def raw_lines(extracts: dict[str, pd.DataFrame], adex: pd.DataFrame) -> pd.DataFrame:
    """Lines in the raw files of the dated facts that end or censor a time, by patient.

    Returns
    -------
    DataFrame
        Indexed by patient: DTHLINE, WITHLINE, LOSTLINE, COMPLINE (disposition), GUIDLINE
        (treatments, first guided dose), TRTLINE (treatments, first systemic dose).
    """
    disposition = extracts["disposition"]
    lines = {
        name: disposition_dates(disposition, event)["line"]
        for name, event in (
            ("DTHLINE", "death"),
            ("WITHLINE", "withdrawal"),
            ("LOSTLINE", "lost_to_follow_up"),
            ("COMPLINE", "completed"),
        )
    }
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    guided = systemic[systemic["GUIDFL"].eq("Y")]
    for name, rows in (("TRTLINE", systemic), ("GUIDLINE", guided)):
        lines[name] = rows.drop_duplicates("USUBJID").set_index("USUBJID")["SRCROW"]
    return pd.DataFrame(lines).astype("Int64")


def line_on(
    rows: pd.DataFrame, patient: str, date: str, line: str, of: pd.DataFrame, on: str
) -> pd.Series:
    """First line of `rows` of each patient of `of` on the date in its column `on`.

    Returns
    -------
    Series of Int64
        With the index of `of`; missing where there is no such row.
    """
    keyed = rows[[patient, date, line]].dropna().sort_values(line, kind="stable")
    keyed = keyed.drop_duplicates([patient, date])
    keyed.columns = ["USUBJID", on, "FOUND"]
    found = of[["USUBJID", on]].merge(keyed.astype({on: UNIT}), how="left", on=["USUBJID", on])
    return pd.Series(found["FOUND"].array, index=of.index).astype("Int64")


def _signs(extracts: dict[str, pd.DataFrame], table: str, date: str) -> pd.DataFrame:
    """Rows of one table that prove a patient alive, with the day (SAP 4, OS)."""
    rows = extracts[table]
    if table == "ecog":
        rows = rows[rows["ecog"].lt(5).fillna(False).astype(bool)]
    elif table == "follow_up":
        rows = rows[rows["vital_status"].eq("alive")]
    elif table == "disposition":
        rows = rows[rows["event"].isin(["withdrawal", "completed"])]
    day = rows[date]
    if table in ("adverse_events", "disposition"):
        day = complete(day)
    return pd.DataFrame({"patient_id": rows["patient_id"], "day": day, "line": rows["line"]})


def last_alive_rows(extracts: dict[str, pd.DataFrame], adsl: pd.DataFrame) -> pd.DataFrame:
    """Raw row that says when each patient was last known alive: ALVTABLE, ALVCOLUMN, ALVLINE.

    Of several on that day, the first in the order of the plan's list of signs of life.
    """
    found = pd.DataFrame(
        {"ALVTABLE": "", "ALVCOLUMN": "", "ALVLINE": pd.NA}, index=adsl.index
    ).astype({"ALVLINE": "Int64"})
    for table, date in _SIGNS_OF_LIFE:
        signs = _signs(extracts, table, date)
        line = line_on(signs, "patient_id", "day", "line", adsl, "LSTALVDT")
        new = found["ALVLINE"].isna() & line.notna()
        found.loc[new, ["ALVTABLE", "ALVCOLUMN"]] = table, date
        found["ALVLINE"] = found["ALVLINE"].where(~new, line)
    return found


def workup_lines(extracts: dict[str, pd.DataFrame], adsl: pd.DataFrame) -> pd.DataFrame:
    """Lines of first specimen, first passed report, first discussion and MTB date."""
    reviews = profile_reviews(extracts, 1)
    passed = passed_reports(extracts["sequencing"])
    return pd.DataFrame(
        {
            "BIOPLINE": line_on(
                extracts["biopsies"], "patient_id", "collection_date", "line", adsl, "BIOPDT"
            ),
            "NGSLINE": line_on(passed, "patient_id", "report_date", "line", adsl, "NGSDT"),
            "MTBFLINE": line_on(reviews, "patient_id", "review_date", "line", adsl, "MTBFDT"),
            "MTBLINE": line_on(reviews, "patient_id", "review_date", "line", adsl, "MTBDT"),
        }
    )


def therapy_lines(adex: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Lines of the start of new anticancer therapy, after the first and the guided regimen."""
    systemic = adex[adex["TRTGRP"].notna()]
    return pd.DataFrame(
        {
            f"{name}LINE": line_on(systemic, "USUBJID", "ASTDT", "SRCROW", adsl, f"{name}DT")
            for name in ("NACT", "NACTG")
        }
    )
