"""Responses and progression-free survival with scan dates at the ends of what is possible.

Only where a scan lacks its day: all datasets are derived three times, with the imputed days and
with the first and the last possible one, and the rows that show the difference are kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.assessments import driving_parameter
from analysis.endpoints.scan_dates import TABLES, imputed_assessments
from analysis.missing import NO_TEXT
from analysis.params import Rules

#: Parameters of ADRS and ADTTE with the scans at one end.
AT_THE_END = {"earliest": ("OVREARL", "PFSEARL"), "latest": ("OVRLATE", "PFSLATE")}


def with_bounds(
    datasets: dict[str, pd.DataFrame],
    bounds: dict[str, dict[str, pd.DataFrame]],
    frames: dict[str, pd.DataFrame],
    rules: Rules,
) -> dict[str, pd.DataFrame]:
    """ADRS, ADTR and ADTTE with the rows of both ends, and ADTF where the day was imputed.

    Parameters
    ----------
    datasets : dict of DataFrame
        With the imputed days.
    bounds : dict of dict of DataFrame
        By ``earliest`` and ``latest``, the datasets with those days.
    frames : dict of DataFrame
        Raw tables after the cut, with the imputed days.
    rules : Rules

    Returns
    -------
    dict of DataFrame
        ``adrs`` (OVREARL, OVRLATE: the responses that drive the endpoints), ``adtr``, ``adtte``
        (PFSEARL, PFSLATE).
    """
    imputed = imputed_assessments(frames)
    adrs, adtte = [datasets["adrs"]], datasets["adtte"]
    for end, (response, time) in AT_THE_END.items():
        other = bounds[end]
        rows = other["adrs"]
        rows = rows[rows["PARAMCD"].eq(driving_parameter(rules))]
        adrs.append(rows.assign(PARAMCD=response))
        times = other["adtte"]
        adtte = pd.concat(
            [adtte[adtte["PARAMCD"].ne(time)], times[times["PARAMCD"].eq(time)]],
            ignore_index=True,
        )
    responses = pd.concat(adrs, ignore_index=True)
    return {
        "adrs": _flagged(responses, imputed),
        "adtr": _flagged(datasets["adtr"], imputed),
        "adtte": _flagged(adtte, imputed, adtte["SRCDOM"].isin(TABLES)),
    }


def _flagged(
    rows: pd.DataFrame, imputed: pd.MultiIndex, where: pd.Series | None = None
) -> pd.DataFrame:
    """Rows with ADTF "D" on the dates that were imputed."""
    found = pd.MultiIndex.from_frame(rows[["USUBJID", "ADT"]]).isin(imputed)
    found = found & where.to_numpy(bool) if where is not None else found
    before = rows["ADTF"] if "ADTF" in rows else pd.Series(NO_TEXT, rows.index, dtype=object)
    return rows.assign(ADTF=np.where(found, "D", before).astype(object))
