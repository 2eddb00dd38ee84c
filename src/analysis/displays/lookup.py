"""Find numbers among the rows of one output, by what they are."""

from __future__ import annotations

import pandas as pd

from analysis.displays.numbers import Number
from analysis.estimates.rows import EstimateRows

_FIELDS = ["analysis_id", "group", "visit", "parameter", "category", "stat_name"]
_PLACE = ["row", "group", "visit", "analysis_id", "parameter", "category"]


class Numbers:
    """Numbers of one output by analysis, group, visit, parameter, category and statistic."""

    def __init__(self, rows: EstimateRows):
        self.frame = rows.frame
        keys = self.frame[_FIELDS].itertuples(index=False, name=None)
        places = self.frame[_PLACE].itertuples(index=False, name=None)
        stats = map(Number, self.frame["stat"], self.frame["stat_text"], places)
        self._stats = dict(zip(keys, stats, strict=True))

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of patients in the order in which they were made; no differences of two."""
        groups = pd.unique(self.frame["group"])
        return tuple(group for group in groups if group and " - " not in group)

    def get(
        self,
        stat_name: str,
        analysis_id: str,
        group: str = "",
        visit: str = "",
        parameter: str = "",
        category: str = "",
    ) -> Number:
        """One number; where it is missing it knows the text that its row prints instead.

        Raises
        ------
        KeyError
            If the output has no such row: a display never invents a number.
        """
        key = (analysis_id, group, visit, parameter, category, stat_name)
        if key not in self._stats:
            raise KeyError(f"no estimate {key}")
        return self._stats[key]

    def has(self, stat_name: str, analysis_id: str, **place: str) -> bool:
        """Whether the output has such a row."""
        names = ("group", "visit", "parameter", "category")
        return (analysis_id, *(place.get(n, "") for n in names), stat_name) in self._stats

    def categories(self, analysis_id: str, parameter: str, group: str | None = None) -> list[str]:
        """Categories of a parameter, in the order in which they were made."""
        rows = self.frame[
            self.frame["analysis_id"].eq(analysis_id) & self.frame["parameter"].eq(parameter)
        ]
        if group is not None:
            rows = rows[rows["group"].eq(group)]
        return list(pd.unique(rows["category"]))
