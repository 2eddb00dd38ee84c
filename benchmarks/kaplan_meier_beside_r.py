"""Kaplan-Meier with intervals, and bootstrap medians, beside R `survival` in one run.

The same times (whole days) and events go to both. R is timed inside R (`system.time`, best of
three), so that starting R and reading the file do not count; ours is the best of three too. Below 1
is faster than R.

    python benchmarks/kaplan_meier_beside_r.py --date 2026-11-22

writes benchmarks/results/kaplan_meier_beside_r.csv; needs Rscript with the package survival.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from analysis.estimates.survival import bootstrap_medians, kaplan_meier

PROJECT = Path(__file__).resolve().parents[1]
COLUMNS = ("what", "n", "seconds", "seconds_r", "ratio", "date")
R_CODE = """
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
best <- function(f) min(sapply(1:3, function(i) system.time(f())[["elapsed"]]))
if (commandArgs(TRUE)[2] == "curve") {
  cat(best(function() survfit(Surv(t, e) ~ 1, data = d, conf.type = "log-log")))
} else {
  set.seed(1)
  cat(best(function() replicate(2000, {
    i <- sample.int(nrow(d), replace = TRUE)
    quantile(survfit(Surv(t[i], e[i]) ~ 1, data = d), 0.5)$quantile
  })))
}
"""


def best_of_three(run) -> float:
    """Shortest wall time of three calls."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def in_r(times: np.ndarray, events: np.ndarray, what: str) -> float:
    """Seconds that R needs for the same."""
    with tempfile.TemporaryDirectory() as folder:
        data, code = Path(folder) / "data.csv", Path(folder) / "code.R"
        rows = np.column_stack([times, events])
        np.savetxt(data, rows, fmt="%d", delimiter=",", header="t,e", comments="")
        code.write_text(R_CODE, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", "--vanilla", str(code), str(data), what],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def main() -> None:
    """Time each size and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the measurement, for the table")
    chosen = parser.parse_args()
    if shutil.which("Rscript") is None:
        raise SystemExit("Rscript is not on this machine")
    generator = np.random.default_rng(1)
    rows = []
    for what, n in (("curve", 1_000), ("curve", 100_000), ("curve", 1_000_000), ("bootstrap", 120)):
        times = np.ceil(generator.weibull(1.2, n) * 300).astype(int)
        events = (generator.random(n) < 0.7).astype(int)
        if what == "curve":
            ours = best_of_three(lambda t=times, e=events: kaplan_meier(t, e).curve)
        else:
            ours = best_of_three(
                lambda t=times, e=events: bootstrap_medians(t, e, n_replicates=2000, seed=1)
            )
        theirs = in_r(times, events, what)
        name = "Kaplan-Meier with log-log limits" if what == "curve" else "2,000 bootstrap medians"
        rows.append((name, n, f"{ours:.4g}", f"{theirs:.4g}", f"{ours / theirs:.3g}", chosen.date))
        print(dict(zip(COLUMNS, rows[-1], strict=True)), flush=True)
    path = PROJECT / "benchmarks" / "results" / "kaplan_meier_beside_r.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
