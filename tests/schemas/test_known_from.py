"""Every value of ADSL by which patients can be grouped says from which of its days it is known."""

from __future__ import annotations

from schemas.derived import DATASETS

ADSL = DATASETS["adsl"]
NOT_A_GROUPING = {"STUDYID", "USUBJID", "SRCDOM", "SRCVAR", "SRCFILE", "SRCROW"}


def test_every_column_that_is_no_day_declares_from_which_day_it_is_known():
    groupings = {
        name for name, field in ADSL.fields.items() if field.kind != "date"
    } - NOT_A_GROUPING
    declared = {name for name, field in ADSL.fields.items() if field.known_from}
    assert declared == groupings


def test_what_is_declared_is_a_day_of_the_patient():
    for field in ADSL.fields.values():
        for day in field.known_from:
            assert ADSL.fields[day].kind == "date", (field.name, day)
