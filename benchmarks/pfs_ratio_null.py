"""How often the PFS ratio reaches a threshold when the guided line changes nothing.

Two exchangeable lines of a patient, Weibull given a shared gamma frailty; the published rate is
1 / (1 + threshold^shape): 43.5 % at 1.3 for exponential lines. With PFS2 censored at random the
estimators differ: this says by how much, at the sample size of the registry as well.

    python benchmarks/pfs_ratio_null.py --date 2026-11-22

writes benchmarks/results/pfs_ratio_null.csv.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from analysis.estimates.molecular import pfs_ratio, pfs_ratio_null

RESULTS = Path(__file__).parent / "results" / "pfs_ratio_null.csv"
COLUMNS = (
    "date", "threshold", "shape", "censoring_rate", "patients", "replicates", "censored_percent",
    "estimator", "mean_percent", "standard_error", "null_percent",
)  # fmt: skip
SEED = 31798980


def lines(draw, n: int, shape: float, censoring: float):
    """PFS1, PFS2 and whether PFS2 is complete, of n patients; median frailty near 1."""
    frailty = draw.gamma(2.0, 0.5, n)
    first, second = ((draw.exponential(1, n) / frailty) ** (1 / shape) + 1e-9 for _ in range(2))
    limit = draw.exponential(1 / censoring, n) if censoring else np.full(n, np.inf)
    return first, np.minimum(second, limit), second <= limit


def measured(draw, shape, censoring, n, replicates, threshold=1.3):
    """Mean rate of each estimator over the replicates, the naive use of censored ratios too."""
    rates, censored = [], []
    for _ in range(replicates):
        first, second, complete = lines(draw, n, shape, censoring)
        table = pfs_ratio(first, second, complete.astype(int), threshold)["estimate"]
        naive = float(np.mean(second / first >= threshold))
        rates.append({**table.to_dict(), "censored_as_complete": naive})
        censored.append(1 - complete.mean())
    names = rates[0]
    values = {name: np.array([rate[name] for rate in rates], dtype=float) for name in names}
    return values, float(np.mean(censored))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--date", required=True)
    parser.add_argument("--replicates", type=int, default=400)
    options = parser.parse_args()
    draw = np.random.default_rng(SEED)
    found = []
    for shape, censoring, n in (
        (1.0, 0.0, 2000), (1.5, 0.0, 2000), (2.0, 0.0, 2000),
        (1.0, 0.3, 2000), (1.0, 0.3, 30), (2.0, 0.3, 30),
    ):  # fmt: skip
        values, censored = measured(draw, shape, censoring, n, options.replicates)
        for estimator, rates in values.items():
            known = rates[~np.isnan(rates)]
            error = known.std(ddof=1) / np.sqrt(known.size)
            place = (options.date, 1.3, shape, censoring, n, options.replicates)
            numbers = (100 * known.mean(), 100 * error, 100 * pfs_ratio_null(1.3, shape))
            shown = (f"{number:.2f}" for number in numbers)
            found.append((*place, f"{100 * censored:.1f}", estimator, *shown))
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(found)
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
