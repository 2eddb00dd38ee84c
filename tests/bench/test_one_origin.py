"""Rules and datasets belong together: what was made otherwise is refused by name."""

import importlib

import pytest

from analysis.errors import ParameterError
from analysis.outputs.catalogue import MODULE_OF, module_of
from analysis.outputs.origin import differing
from analysis.reporting.session import OpenCut
from analysis.sap import read_study


@pytest.fixture(scope="module")
def study(_small_study):
    return OpenCut(read_study(_small_study, "DC01"), None, None)


@pytest.fixture(scope="module")
def other(study):
    return study.what_if({"response.confirm_days": 84, "promis29.minimal_difference.PF": 4.0})


WHY = r"response\.confirm_days is 84, not 28; promis29\.minimal_difference\.PF is 4\.0, not 3\.0"


def test_a_room_called_by_hand_with_other_rules_is_refused(study, other):
    refused = 0
    for output, module in MODULE_OF.items():
        room = importlib.import_module(f"analysis.outputs.{module}")
        with pytest.raises(ParameterError, match=rf"^{output}: made with rules other.*{WHY}"):
            room.numbers(study.datasets, other.rules)
        refused += 1
    assert refused == len(MODULE_OF)
    room = module_of("T14.2.1.2")
    with pytest.raises(ParameterError, match=r"of DC01 were derived with"):
        room.numbers(other.datasets, study.rules)
    assert len(room.numbers(other.datasets, other.rules).frame)


def test_rows_of_other_rules_are_not_shown_as_those_of_the_plan(study, other):
    rows = other.outputs.T14_2_1_2.numbers()
    with pytest.raises(ParameterError, match=rf"T14\.2\.1\.2 was made of DC01 under other.*{WHY}"):
        study.show(rows)
    listing = other.outputs.by_id("L16.2.8").numbers()
    with pytest.raises(ParameterError, match=r"L16\.2\.8 was made of DC01 under other"):
        study.show(listing)


def test_the_same_rules_read_again_are_the_same(study, monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: None)
    again = OpenCut(read_study(study.study.root, "DC01"), None, None)
    again.show(study.outputs.T14_1_2.numbers())
    assert differing(again.rules, study.rules) == []
