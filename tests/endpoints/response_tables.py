"""Read the tables of these tests: one patient a line, days counted from the first administration.

A sequence is written ``PR 56, CR 84``: a PR 56 days and a CR 84 days after the first dose.
``NACT 100`` is the start of new anticancer therapy, ``END 200`` the end of follow-up, ``DIED 90``
the death. ``-`` stands for nothing.
"""

import pandas as pd

DAY_0 = pd.Timestamp("2022-03-01")
MARKS = {"NACT": "NACTDT", "END": "ENDDT", "DIED": "DTHDT"}


def read_table(text):
    """Rows of a pipe table as dicts; the first line names the columns."""
    lines = [line.strip().strip("|") for line in text.strip().splitlines()]
    lines = [line for line in lines if line.strip("-| ")]
    names, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(names, row, strict=True)) for row in rows]


def date(days):
    return DAY_0 + pd.Timedelta(days=int(days))


def frames(sequences):
    """Assessments and reference of one patient per sequence (P000, P001, ...)."""
    assessed, patients = [], []
    for number, sequence in enumerate(sequences):
        patient = f"P{number:03d}"
        row = {"USUBJID": patient, "STARTDT": DAY_0}
        for item in () if sequence == "-" else sequence.split(","):
            what, day = item.split()
            if what in MARKS:
                row[MARKS[what]] = date(day)
            else:
                assessed.append((patient, date(day), what))
        patients.append(row)
    columns = ["USUBJID", "STARTDT", "NACTDT", "ENDDT", "DTHDT"]
    reference = pd.DataFrame(patients).reindex(columns=columns)
    for column in columns[1:]:
        reference[column] = pd.to_datetime(reference[column]).astype("datetime64[ns]")
    assessments = pd.DataFrame(assessed, columns=["USUBJID", "ADT", "AVALC"])
    assessments["ADT"] = pd.to_datetime(assessments["ADT"]).astype("datetime64[ns]")
    return assessments, reference


def day_of(value):
    """Days from the first administration as the tables write them."""
    return "-" if pd.isna(value) else str((value - DAY_0).days)


def answers(rows, *columns):
    """Cells of a result as the tables write them, one tuple per patient."""
    return [
        tuple(
            day_of(row[c]) if c.endswith("DT") else ("-" if row[c] is None else row[c])
            for c in columns
        )
        for row in rows.sort_values("USUBJID").to_dict("records")
    ]


def expected(table, *columns):
    return [tuple(row[c] for c in columns) for row in table]
