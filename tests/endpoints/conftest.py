"""The rules of the analysis plan, and the plan with single rules changed."""

from pathlib import Path

import pytest

from analysis.params import Rules, read_rules
from analysis.yaml_source import read_yaml

STUDY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def rules() -> Rules:
    sap = read_yaml(STUDY / "params" / "sap.yaml")
    return read_rules(sap, {}, sap)


@pytest.fixture(scope="session")
def rules_with(rules):
    """Rules with some keys of `response` or `recist` changed; an unknown key is an error."""

    def change(response=None, recist=None):
        groups = {}
        for name, changes in (("response", response or {}), ("recist", recist or {})):
            group = getattr(rules, name)
            groups[name] = type(group).model_validate({**group.model_dump(), **changes})
        return rules.model_copy(update=groups)

    return change
