"""Assembly of the analysis datasets (CDISC ADaM names) from the raw extracts after the cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

#: Analysis datasets of one cut by lower-case name.
Datasets: TypeAlias = "Mapping[str, pd.DataFrame]"

#: Patients of ADSL who consented and were not enrolled, and how their study ended.
SCREENED, SCREEN_FAILURE = "screened", "SCREEN FAILURE"


def with_screened(datasets: Datasets) -> dict[str, pd.DataFrame]:
    """Datasets as analyses read them: who was not enrolled is in ``screened``, not in ``adsl``."""
    everyone = datasets["adsl"]
    enrolled = everyone["EOSSTT"].ne(SCREEN_FAILURE)
    return {
        **datasets,
        "adsl": everyone[enrolled].reset_index(drop=True),
        SCREENED: everyone[~enrolled].reset_index(drop=True),
    }
