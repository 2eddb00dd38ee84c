"""A source as it was received: tables of text, each row with its file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from analysis.characters import on_one_line
from analysis.errors import ParameterError
from analysis.wording import counted

_MOST_NAMED = 20
_LONGEST = 80


@dataclass(frozen=True)
class SourceTable:
    """One form of a REDCap project, or one domain of an SDTM folder.

    Attributes
    ----------
    name : str
        As the mapping names it.
    file : str
        File it comes from, for messages.
    fields : dict of list of str
        Texts of each field, one per row; an empty text is missing.
    lines : list of int
        Line in the file (or number of the record) of each row.
    """

    name: str
    file: str
    fields: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)


Source: TypeAlias = dict[str, SourceTable]


@dataclass
class Received:
    """What was read of a source.

    Attributes
    ----------
    tables : dict of SourceTable
    notes : list of (str, str, int)
        What was passed over because there is nothing in it: place, why, how often.
    """

    tables: Source
    notes: list[tuple[str, str, int]] = field(default_factory=list)


class ImportRefusedError(ParameterError):
    """A source that cannot be imported as it is: nothing was written."""


@dataclass
class Problems:
    """Everything that is wrong with a source, gathered in one pass."""

    found: list[str] = field(default_factory=list)

    def add(self, file: str, line: int | None, name: str, value: str, message: str) -> None:
        """Add one: where it is, what stands there, what would be right."""
        place = file if line is None else f"{file}, line {line}"
        if name:
            place += f", {name}"
        if value:
            short = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
            place += f" = '{on_one_line(short)}'"
        self.found.append(f"{place}: {message}")

    def refuse(self) -> None:
        """Raise if there is any.

        Raises
        ------
        ImportRefusedError
            Naming the first twenty.
        """
        if not self.found:
            return
        more = len(self.found) - _MOST_NAMED
        lines = [f"  {text}" for text in self.found[:_MOST_NAMED]]
        lines += [f"  and {more} more"] if more > 0 else []
        raise ImportRefusedError(
            "\n".join([f"Not imported: {counted(len(self.found), 'problem')}", *lines])
        )
