"""The planned outputs of an opened cut, by their ids."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from analysis.datasets import Datasets
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.outputs.catalogue import MODULE_OF, OutputModule, module_of
from analysis.parameter_rules import suggestion
from analysis.params import Rules

#: Columns of ADSL that tell nobody's group: who it is, and where a row comes from.
_NO_GROUP = ("STUDYID", "USUBJID", "SRCDOM", "SRCVAR", "SRCFILE", "SRCROW")


def can_be_grouped(room: OutputModule) -> bool:
    """Whether the numbers of a room take ``by=``."""
    return "by" in inspect.signature(room.numbers).parameters


def other_grouping(room: OutputModule, rows: EstimateRows) -> str:
    """The column by which rows are grouped where the room has another; else nothing."""
    by = inspect.signature(room.numbers).parameters.get("by")
    return "" if by is None or rows.by == by.default else rows.by


class OutputOfCut:
    """One planned output of the opened cut.

    `numbers` makes its rows; ``numbers??`` shows the code that does. It takes what the function of
    the room takes beside data and rules, such as ``by="SEX"`` where an output can be grouped.
    """

    def __init__(self, room: OutputModule, data: Datasets, rules: Rules) -> None:
        self.id = room.OUTPUT
        self.room = room

        @functools.wraps(room.numbers)
        def numbers(**altered: Any) -> EstimateRows | Listing:
            if "by" in altered:
                self._refuse_no_group(altered["by"], data)
            return room.numbers(data, rules, **altered)

        self.numbers = numbers

    def _refuse_no_group(self, by: Any, data: Datasets) -> None:
        """Say what would be right where a column cannot group this output."""
        if not can_be_grouped(self.room):
            able = [name for name in MODULE_OF if can_be_grouped(module_of(name))]
            raise ParameterError(f"{self.id} has no by=; these have: {', '.join(able)}")
        if by is None:
            return
        adsl = data["adsl"]
        if by not in adsl:
            near = suggestion(str(by), list(adsl.columns))
            raise ParameterError(f"{self.id}: ADSL has no column '{by}'; {near}")
        if by in _NO_GROUP or adsl[by].dtype.kind == "M":
            kind = "a date" if adsl[by].dtype.kind == "M" else "no property of a patient"
            raise ParameterError(f"{self.id}: cannot be grouped by {by}, which is {kind}")

    def __repr__(self) -> str:
        return f"{self.id}, made by analysis.outputs.{MODULE_OF[self.id]}"


class Outputs:
    """The planned outputs as attributes, dots of the id as underscores: ``T14_2_4_1``."""

    def __init__(self, data: Datasets, rules: Rules) -> None:
        self._data, self._rules = data, rules

    def __getattr__(self, name: str) -> OutputOfCut:
        """Return one output; its room is imported now."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            room = module_of(name.replace("_", "."))
        except ParameterError as error:
            raise AttributeError(str(error)) from None
        return OutputOfCut(room, self._data, self._rules)

    def by_id(self, output_id: str) -> OutputOfCut:
        """The output with an id of the plan.

        Raises
        ------
        ParameterError
            If no room makes such an output.
        """
        return OutputOfCut(module_of(output_id), self._data, self._rules)

    def __dir__(self) -> list[str]:
        """Offer the ids for completion."""
        return [output_id.replace(".", "_") for output_id in MODULE_OF]
