"""Typed, frozen parameters: the rules of the analysis plan and the definition of one data cut.

Two files decide every number: ``params/sap.yaml`` and ``params/cuts/<CUT>.yaml``. Nothing here has
a default: a missing or misspelt key stops the run with the file, the line and what would be right.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError, model_validator

from analysis.cut_files import declared_cuts, unread_files
from analysis.errors import ParameterError
from analysis.parameter_messages import explain
from analysis.parameter_rules import Frozen, Rules, suggestion
from analysis.parameter_types import CUT_NAME, Flag, StrictDate, Text
from analysis.yaml_source import YamlSource, read_yaml

__all__ = ["Cut", "Rules", "check_cut_name", "list_cuts", "parse", "read_cut", "read_rules"]


class Cut(Frozen):
    """One data cut as declared in ``params/cuts/<CUT>.yaml``."""

    cut: Text
    label: Text
    clinical_cutoff: StrictDate
    snapshot_date: StrictDate
    previous: str | None
    sap_version: Text
    synthetic: Flag
    overrides: dict[str, Any]

    @model_validator(mode="after")
    def _snapshot_not_before_cutoff(self) -> Cut:
        if self.snapshot_date < self.clinical_cutoff:
            raise ValueError(
                f"snapshot_date: it is before clinical_cutoff {self.clinical_cutoff}; "
                "an export cannot know the future"
            )
        return self


# Maps whose keys are data (drug and assay names), so that an override may bring a new one.
_OPEN_MAPS = {
    ("guided", "equivalent_drugs"),
    ("molecular", "assays"),
    ("safety", "days_after_last_dose"),
    ("safety", "crosswalk"),
    ("extracts", "required_since"),
}


def parse(model: type[BaseModel], values: Any, source: YamlSource, at: tuple = ()) -> Any:
    """Turn parsed YAML into a frozen model.

    Raises
    ------
    ParameterError
        Naming file, line, key, value and what would be right, for every problem at once.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ParameterError(explain(error, model, source, at)) from None


def merge_overrides(rules: dict, overrides: dict, source: YamlSource, at: tuple = ()) -> dict:
    """Merge a cut's overrides into the rules leaf by leaf; inputs stay untouched.

    Raises
    ------
    ParameterError
        If an override names a key that the rules do not have, or replaces a group by a value.
    """
    merged = dict(rules)
    for key, value in overrides.items():
        line = source.line_of(("overrides", *at, key))
        name = ".".join(("overrides", *map(str, at), str(key)))
        start = f"{source.path}, line {line}: "
        if key not in rules and at not in _OPEN_MAPS:
            hint = suggestion(str(key), [str(known) for known in rules])
            raise ParameterError(f"{start}unknown key '{name}'; {hint}")
        current = rules.get(key)
        if isinstance(current, dict):
            if not isinstance(value, dict):
                raise ParameterError(f"{start}'{name}' is a group of rules; give its keys below it")
            merged[key] = merge_overrides(current, value, source, (*at, key))
        else:
            merged[key] = value
    return merged


def read_rules(sap: YamlSource, overrides: dict, cut_source: YamlSource) -> Rules:
    """Rules of the analysis plan with the overrides of one cut.

    Raises
    ------
    ParameterError
        For every unknown, missing or wrong key, in either file.
    """
    base = sap.values.get("rules")
    if not isinstance(base, dict):
        wrong = "is not a group of keys" if "rules" in sap.values else "is missing"
        raise ParameterError(f"{sap.path}, line {sap.line_of(('rules',))}: the key 'rules' {wrong}")
    rules = parse(Rules, base, sap, ("rules",))
    if not overrides:
        return rules
    merged = merge_overrides(base, overrides, cut_source)
    try:
        return Rules.model_validate(merged)
    except ValidationError as error:
        raise ParameterError(explain(error, Rules, cut_source, ("overrides",))) from None


def altered_rules(rules: Rules, changes: Mapping[str, Any]) -> Rules:
    """Rules with some of them changed, checked as the plan is.

    Parameters
    ----------
    rules : Rules
    changes : mapping of str to value
        By the name of the rule, like ``response.confirm_days``.

    Raises
    ------
    ParameterError
        For an unknown or wrong rule, or rules that do not agree, with what would be right.
    """
    nested: dict[str, Any] = {}
    for name, value in changes.items():
        *groups, last = name.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    source = YamlSource(Path("what_if"), {"overrides": nested}, {})
    try:
        merged = merge_overrides(rules.model_dump(mode="json"), nested, source)
        return Rules.model_validate(merged)
    except ValidationError as error:
        said = explain(error, Rules, source, ("overrides",))
    except ParameterError as error:
        said = str(error)
    raise ParameterError(said.replace("what_if, line 1: ", "").replace("overrides.", "rules."))


def check_cut_name(name: str) -> str:
    """Return `name` if it is a cut name (DC and two digits, no path parts).

    Raises
    ------
    ParameterError
        Otherwise: a cut name becomes a folder name and must not lead anywhere else.
    """
    if not CUT_NAME.fullmatch(name):
        raise ParameterError(f"'{name}' is not a cut name; a cut is DC and two digits, like DC04")
    return name


def list_cuts(study: Path) -> list[str]:
    """Names of the cuts declared in a study folder, sorted."""
    return declared_cuts(study)


def read_cut(study: Path, name: str) -> tuple[Cut, YamlSource]:
    """Definition of one cut.

    Raises
    ------
    ParameterError
        If the name is not a cut name, the cut is not declared, or its file is wrong.
    """
    check_cut_name(name)
    path = study / "params" / "cuts" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(list_cuts(study)) or "none"
        unread = "".join(f"; {sentence}" for sentence in unread_files(study))
        raise ParameterError(
            f"{path}: the cut {name} does not exist; declared cuts: {known}{unread}"
        )
    source = read_yaml(path)
    cut = parse(Cut, source.values, source)
    if cut.cut != name:
        line = source.line_of(("cut",))
        raise ParameterError(
            f"{path}, line {line}: 'cut' is '{cut.cut}'; the file name says {name}"
        )
    if cut.previous is not None:
        line = source.line_of(("previous",))
        if not CUT_NAME.fullmatch(cut.previous) or cut.previous == name:
            raise ParameterError(
                f"{path}, line {line}: 'previous' is '{cut.previous}'; give another cut, or null"
            )
    return cut, source
