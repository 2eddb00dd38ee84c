"""Corrections to a locked cut: ``params/cuts/<CUT>.errata.yaml``, never the cut itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from analysis.parameter_rules import Frozen
from analysis.parameter_types import StrictDate, Text
from analysis.params import parse
from analysis.yaml_source import read_yaml


class Erratum(Frozen):
    """One correction to a locked cut: when, by whom, of which row, why, and with which effect."""

    date: StrictDate
    role: Text
    table: Text
    key: Text
    reason: Text
    effect: Text

    def concerns(self, table: str, key: str) -> bool:
        """Whether it is about this row; key columns joined by a bar."""
        return (self.table, self.key) == (table, key)


class Errata(Frozen):
    """The errata file of one cut."""

    errata: tuple[Erratum, ...]


def errata_of(root: Path, cut: str) -> tuple[Erratum, ...]:
    """Errata of a cut; none where there is no file.

    Raises
    ------
    ParameterError
        Naming file and line of what is wrong in it.
    """
    path = root / "params" / "cuts" / f"{cut}.errata.yaml"
    if not path.is_file():
        return ()
    source = read_yaml(path)
    return parse(Errata, source.values, source).errata


def errata_text(errata: list[dict[str, str]]) -> str:
    """An errata file of what a lock holds of one."""
    days = [row | {"date": dt.date.fromisoformat(row["date"])} for row in errata]
    return yaml.safe_dump({"errata": days}, allow_unicode=True, sort_keys=False)
