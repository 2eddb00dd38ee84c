"""What the three outputs about changes share: the listing they are given, and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Listing

CAUSES = {
    "published": "old",
    "code": "changed code",
    "rules": "changed rules",
    "corrections": "corrections and late entry",
    "follow_up": "longer follow-up",
    "new_patients": "new patients",
}
_NO_NOTES = pd.DataFrame(columns=["kind", "text"], dtype=object)


@dataclass(frozen=True)
class ChangeListing(Listing):
    """Rows of one kind of change, with what is said of the comparison.

    Attributes
    ----------
    notes : DataFrame
        Columns kind (line, finding, note) and text.
    beside : DataFrame
        A second frame that the output shows; empty where there is none.
    """

    notes: pd.DataFrame = field(default_factory=lambda: _NO_NOTES)
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)

    def said(self, kind: str) -> tuple[str, ...]:
        """Texts of one kind, in order."""
        return tuple(self.notes.loc[self.notes["kind"].eq(kind), "text"])

    @property
    def compared(self) -> bool:
        """Whether there was a previous cut to compare with."""
        return bool(self.said("line"))


def change_listing(
    output_id: str, data: Datasets, name: str, columns: Iterable[str], beside: str = ""
) -> ChangeListing:
    """The changes of one kind; none where nothing was compared.

    Parameters
    ----------
    output_id : str
        SAP id.
    data : mapping of DataFrame
        ``change_notes``, and the frame of that name.
    name : str
        Name of the frame of changes.
    columns : iterable of str
        Its columns.
    beside : str
        Name of a second frame.
    """
    frame = data.get(name)
    notes = data.get("change_notes")
    second = data.get(beside) if beside else None
    return ChangeListing(
        output_id,
        pd.DataFrame(columns=list(columns), dtype=object) if frame is None else frame,
        _NO_NOTES if notes is None else notes,
        pd.DataFrame() if second is None else second,
    )


def causes_in_words(causes: str) -> str:
    """Steps joined by a semicolon, as a reader knows them."""
    return ", then ".join(CAUSES[cause] for cause in causes.split("; ") if cause)


def counts_table(
    output_id: str, stub: str, counts: pd.DataFrame, headings: dict[str, str], title: str
) -> Table:
    """Counts by row and column; a column that is not there has none."""
    rows = tuple(
        Row(str(label), tuple(str(int(values.get(name, 0))) for name in headings))
        for label, values in zip(counts.index, counts.to_dict("records"), strict=True)
    )
    if not rows:
        rows = (Row("None", ("0",) * len(headings)),)
    columns = tuple(Column(text) for text in headings.values())
    return Table(output_id, stub, columns, rows, title=title)
