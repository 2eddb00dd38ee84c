"""Assembly of the analysis datasets (CDISC ADaM names) from the raw extracts after the cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

#: Analysis datasets of one cut by lower-case name.
Datasets: TypeAlias = "Mapping[str, pd.DataFrame]"
