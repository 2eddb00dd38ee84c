"""One site's questions as a workbook: text without formulas, same questions same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import xlsxwriter

from analysis.characters import visible

_HEADINGS = {
    "query_id": ("Query", 13),
    "status": ("Status", 10),
    "age_in_cuts": ("Age, cuts", 9),
    "open_since": ("Open since", 11),
    "severity": ("Severity", 10),
    "patient_id": ("Patient", 11),
    "question": ("Question", 52),
    "file": ("File", 22),
    "line": ("Line", 7),
    "field": ("Field", 18),
    "value": ("Value", 18),
    "what_would_be_right": ("What would be right", 46),
    "answer": ("Answer of the site", 36),
}
_STATUS_COLOURS = {"new": "#FDE9C9", "open": "#DCE9F2", "resolved": "#E6E6E6"}
#: Workbooks carry a date of their own; a fixed one, so that the same questions have the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_NUMBERS = ("age_in_cuts", "line")


def write_workbook(questions: pd.DataFrame, path: Path, about: dict[str, str]) -> None:
    """Write the questions of one site.

    Parameters
    ----------
    questions : DataFrame
        Columns of `analysis.queries.questions.QUESTION_COLUMNS`, every cell text.
    path : Path
        Workbook to write.
    about : dict of str to str
        What the second sheet says: cut, site, meaning of the columns.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": about["Title"], "created": _CREATED})
    sheet = book.add_worksheet("Queries")
    plain = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8C8C8"}
    head = book.add_format({**plain, "bold": True, "bg_color": "#143C52", "font_color": "white"})
    text = book.add_format({**plain, "num_format": "@"})
    number = book.add_format(plain)
    answer = book.add_format({**plain, "bg_color": "#FFFFF0", "num_format": "@"})
    colours = {
        status: book.add_format({**plain, "bg_color": colour})
        for status, colour in _STATUS_COLOURS.items()
    }
    for place, (heading, width) in enumerate(_HEADINGS.values()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    for row, question in enumerate(questions.to_dict("records"), start=1):
        for place, name in enumerate(_HEADINGS):
            value = visible(str(question[name]))
            if name in _NUMBERS and value.isdecimal():
                sheet.write_number(row, place, int(value), number)
                continue
            shape = answer if name == "answer" else text
            shape = colours[value] if name == "status" else shape
            sheet.write_string(row, place, value, shape)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(questions)), len(_HEADINGS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    second = book.add_worksheet("About")
    second.set_column(0, 0, 20)
    second.set_column(1, 1, 90)
    for row, (what, says) in enumerate(about.items()):
        second.write_string(row, 0, what, head)
        second.write_string(row, 1, visible(says), text)
    book.close()
