"""F14.2.1.1-4: waterfall, swimmer, spider and forest."""

from __future__ import annotations

import pandas as pd
from matplotlib.lines import Line2D

from analysis.displays.lookup import Numbers


def bars_of(estimates: Numbers, analysis: str) -> pd.DataFrame:
    """One row per patient of an analysis: group, patient, value, response."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq(analysis)]
    return mine[["group", "visit", "parameter", "category", "stat_name", "stat"]].copy()


def legend_mark(marker: str, colour: str, label: str, size: float = 4.5) -> Line2D:
    """A marker of a legend."""
    return Line2D(
        [], [], marker=marker, color=colour, linestyle="none", markersize=size, label=label
    )
