"""Two open cuts beside each other, number by number: a what-if and the plan, or two data cuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from analysis.displays.numbers import rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import KEY, EstimateRows

_DECIMALS = 4
_PLACE = list(KEY[1:])


@dataclass(frozen=True)
class Comparison:
    """Numbers of one output under two rules or at two cuts.

    Attributes
    ----------
    output_id : str
    names : tuple of str
        What the two are.
    frame : DataFrame
        Key columns, ``this``, ``other`` (float; missing where printed as text), ``this_text``,
        ``other_text`` and ``difference`` (other less this). All numbers of either.
    """

    output_id: str
    names: tuple[str, str]
    frame: pd.DataFrame = field(repr=False)

    @property
    def changed(self) -> pd.DataFrame:
        """The rows that differ."""
        frame = self.frame
        same = frame["this"].eq(frame["other"]) | (frame["this"].isna() & frame["other"].isna())
        return frame[~(same & frame["this_text"].eq(frame["other_text"]))].reset_index(drop=True)

    def table(self) -> Table:
        """The rows that differ, as a table."""
        rows = tuple(
            Row(
                " / ".join(str(row[name]) for name in _PLACE if row[name]),
                (_said(row, "this"), _said(row, "other"), _number(row["difference"])),
            )
            for row in self.changed.to_dict("records")
        ) or (Row("No number differs", ("", "", "")),)
        columns = (Column(self.names[0]), Column(self.names[1]), Column("Difference"))
        note = f"{len(self.changed)} of {len(self.frame)} numbers of {self.output_id} differ."
        return Table(self.output_id, "Number", columns, rows, (note,), title=self.output_id)

    def _repr_html_(self) -> str:
        return self.table().html

    def __repr__(self) -> str:
        return (
            f"{self.output_id}: {len(self.changed)} of {len(self.frame)} numbers differ between "
            f"{escape(self.names[0])} and {escape(self.names[1])}"
        )


def _number(value: Any) -> str:
    return "" if pd.isna(value) else rounded(float(value), _DECIMALS)


def _said(row: dict, name: str) -> str:
    return row[f"{name}_text"] or _number(row[name])


def compare_rows(this: EstimateRows, other: EstimateRows, names: tuple[str, str]) -> Comparison:
    """Put the numbers of an output beside those of another making, by their keys.

    Parameters
    ----------
    this, other : EstimateRows
        Of the same output.
    names : tuple of str
        What the two are.
    """
    wanted = [*_PLACE, "stat", "stat_text"]
    frame = this.frame[wanted].merge(
        other.frame[wanted], on=_PLACE, how="outer", suffixes=("_x", "_y"), sort=False
    )
    frame = frame.rename(
        columns={
            "stat_x": "this",
            "stat_y": "other",
            "stat_text_x": "this_text",
            "stat_text_y": "other_text",
        }
    )
    frame[["this_text", "other_text"]] = frame[["this_text", "other_text"]].fillna("not there")
    frame["difference"] = frame["other"] - frame["this"]
    return Comparison(this.output_id, names, frame)
