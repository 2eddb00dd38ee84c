"""The one model of a figure: the drawing, its text alternative, and the data behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Figure:
    """A figure ready to be shown.

    Attributes
    ----------
    output_id, title : str
        SAP id and title.
    figure : matplotlib Figure
    alt : str
        Text alternative made from the same estimates: what a reader would see.
    data : DataFrame
        What is drawn, written as CSV beside the figure.
    notes : tuple of str
    """

    output_id: str
    title: str
    figure: Drawing
    alt: str
    data: pd.DataFrame
    notes: tuple[str, ...] = ()
