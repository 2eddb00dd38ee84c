"""The one model of a figure: the drawing, its text alternative, and the data behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.displays.numbers import said_since


@dataclass(frozen=True)
class Figure:
    """A figure ready to be shown.

    Attributes
    ----------
    output_id : str
        SAP id.
    figure : matplotlib Figure
    alt : str
        Text alternative made from the same estimates: what a reader would see.
    data : DataFrame
        What is drawn, written as CSV beside the figure.
    notes : tuple of str
    """

    output_id: str
    figure: Drawing
    alt: str
    data: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Forget what was put into words for the drawing: it is in no table."""
        said_since()
