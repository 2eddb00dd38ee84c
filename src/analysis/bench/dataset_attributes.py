"""Analysis datasets as attributes of an opened cut, each with its page of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Names of the analysis datasets, as `schemas.derived.DATASETS` declares them.
NAMES = (
    "adsl", "adtte", "adrs", "adtr", "adex", "adcm", "adae", "adqs", "adngs", "adgn", "admb",
)  # fmt: skip


class DatasetAttribute(property):
    """One analysis dataset: ``study.adtte`` is the frame, ``study.adtte?`` its dictionary."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(self._frame, doc=f"The analysis dataset {name.upper()}.")

    def _frame(self, study: Any) -> pd.DataFrame:
        return study.dataset(self.name)

    def getdoc(self) -> str:
        """What Jupyter shows for a question mark: every column, in the words of the schema."""
        return dictionary_of(self.name)


def dictionary_of(name: str) -> str:
    """The dictionary of an analysis dataset as text."""
    from schemas.derived import DATASETS

    dataset = DATASETS[name]
    width = max(map(len, dataset.fields))
    lines = [
        f"{name.upper()}: {dataset.description}",
        f"Key and order of the rows: {', '.join(dataset.key)}.",
        "",
    ]
    for spec in dataset.fields.values():
        more = [spec.unit] if spec.unit else []
        if spec.codes and len(spec.codes) <= 12:
            more.append(", ".join(map(str, spec.codes)))
        said = f" ({'; '.join(more)})" if more else ""
        lines.append(f"{spec.name:<{width}}  {spec.description}{said}")
    return "\n".join(lines)
