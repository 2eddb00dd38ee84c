"""How a rule is written: a declared sentence, and a function that finds the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from string import Formatter

import numpy as np
import pandas as pd

from analysis.findings import Rule, shown
from analysis.validation.study import Study
from schemas.raw import RAW_TABLES

#: What a message says where the extract has no such cell, or an empty one.
NOT_GIVEN = "(not given)"


@dataclass(frozen=True)
class Found:
    """Rows that break a rule.

    Attributes
    ----------
    table : str
        Raw table in which they stand.
    rows : DataFrame
        The rows, with what the message needs beside the raw columns.
    column : str
        Column concerned; its cells are the values shown.
    message : str
        Sentence with columns of `rows` in braces.
    value : str
        Column of `rows` to show as value instead of `column`.
    """

    table: str
    rows: pd.DataFrame
    column: str
    message: str
    value: str = ""

    def cells(self, name: str) -> list[object]:
        """Return the cells of a column; empty ones where the extract lacks it.

        Beside the columns that a rule asks for, a finding names patient, identifiers and values.
        That one of these is absent is no reason to keep the finding back.
        """
        if name not in self.rows:
            return [""] * len(self.rows)
        return self.rows[name].tolist()

    def _told(self, name: str, value: object) -> str:
        """Say the cell; an empty phrase of the rule's own (a hint) is no cell that is missing."""
        own = name not in RAW_TABLES[self.table].fields
        return shown(value) or ("" if own and isinstance(value, str) else NOT_GIVEN)

    def sentences(self) -> list[str]:
        """Return the message of each row."""
        if self.rows.empty:
            return []
        names = [name for _, name, _, _ in Formatter().parse(self.message) if name]
        cells = [[self._told(name, value) for value in self.cells(name)] for name in names]
        if not cells:
            return [self.message] * len(self.rows)
        return [
            self.message.format(**dict(zip(names, row, strict=True)))
            for row in zip(*cells, strict=True)
        ]


def pick(rows: pd.DataFrame, where: pd.Series | np.ndarray, **more: pd.Series) -> pd.DataFrame:
    """Return the rows that break a rule, with more columns for the message.

    Most rules find nothing in most extracts: then nothing is copied.
    """
    mask = pd.Series(where).to_numpy(dtype=bool, na_value=False)
    if not mask.any():
        return rows.iloc[:0]
    return rows[mask].assign(**{name: values[mask] for name, values in more.items()})


Check = Callable[[Study], Iterator[Found]]


@dataclass
class Family:
    """The rules of one kind, in the order in which they are declared."""

    name: str
    checks: list[tuple[Rule, Check]] = field(default_factory=list)

    def rule(self, name: str, severity: str, table: str, sentence: str) -> Callable[[Check], Check]:
        """Declare the rule that a function checks."""
        declared = Rule(f"{self.name}.{name}", severity, table, sentence)

        def register(check: Check) -> Check:
            self.checks.append((declared, check))
            return check

        return register
