"""Reporting guidelines: items in our own words, and what of the plan answers each (REP.1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.errors import ParameterError
from analysis.parameter_rules import Frozen
from analysis.parameter_types import Text
from analysis.params import parse
from analysis.sap import Sap
from analysis.yaml_source import read_yaml

FOLDER = Path("params") / "checklists"


class Item(Frozen):
    """One item of a guideline: what it asks, and what answers it.

    Attributes
    ----------
    status : str
        ``answered`` by outputs, ``human`` where a person must write, ``not_met`` by this project.
    answered_by : tuple of str
        Ids of the plan.
    note : str or None
        Where, what a person must write, or why it is not met.
    """

    id: Text
    topic: Text
    asks: Text
    status: Literal["answered", "human", "not_met"]
    answered_by: tuple[Text, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _complete(self) -> Item:
        if (self.status == "answered") != bool(self.answered_by):
            raise ValueError(f"{self.id}: answered_by belongs to 'answered', and to nothing else")
        if self.status != "answered" and self.note is None:
            raise ValueError(f"{self.id}: say in 'note' what a person must write, or why not met")
        return self


class Checklist(Frozen):
    """A guideline with its items."""

    name: Text
    source: Text
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Checklist:
        twice = [name for name, n in Counter(item.id for item in self.items).items() if n > 1]
        if twice:
            raise ValueError(f"an item stands twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Share:
    """How many items have each status."""

    answered: int
    human: int
    not_met: int


def read_checklists(root: Path, sap: Sap) -> list[Checklist]:
    """All checklists of a study folder; none where it has none.

    Raises
    ------
    ParameterError
        For a file that is wrong, or an item answered by an output that the plan does not have.
    """
    known = {output.id for output in sap.outputs}
    found = []
    for path in sorted((root / FOLDER).glob("*.yaml")):
        source = read_yaml(path)
        checklist: Checklist = parse(Checklist, source.values, source)
        for item in checklist.items:
            if unknown := [name for name in item.answered_by if name not in known]:
                raise ParameterError(
                    f"{path}: item {item.id} is answered by {unknown[0]}, which the plan does not "
                    "have"
                )
        found.append(checklist)
    return found


def share(checklist: Checklist) -> Share:
    """How many items of a checklist have each status."""
    counted = Counter(item.status for item in checklist.items)
    return Share(counted["answered"], counted["human"], counted["not_met"])
