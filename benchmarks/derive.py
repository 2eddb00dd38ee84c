"""How fast raw extracts become analysis datasets, and how much memory that takes.

For each size a synthetic registry is written once (not timed), then `registry derive` runs in a
process of its own: wall time from start to end, and the peak resident memory of that process (a
small registry is derived by three processes at once; then it is that of the largest).

    python benchmarks/derive.py --date 2026-11-22 [--sizes 120 10000 100000]

writes benchmarks/results/derive.csv. The date is an argument: nothing here reads a clock but to
measure a duration.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.simulation import simulate

PROJECT = Path(__file__).resolve().parents[1]
COLUMNS = ("patients", "seconds", "patients_per_second", "peak_mib", "cores", "python", "date")


def measure(study: Path) -> tuple[float, float]:
    """Wall seconds and peak MiB of one `registry derive DC04`."""
    command = [sys.executable, "-m", "analysis.cli", "derive", "DC04", "--study", str(study)]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"registry derive failed with status {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Measure all sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the measurement, for the table")
    parser.add_argument("--sizes", type=int, nargs="+", default=[120, 10_000, 100_000])
    chosen = parser.parse_args()
    rows = []
    for patients in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            study = Path(folder)
            simulate(study, patients=patients, seed=1, cuts=("DC04",))
            shutil.copy(PROJECT / "params" / "sap.yaml", study / "params" / "sap.yaml")
            seconds, peak = min(measure(study) for _ in range(3 if patients < 1000 else 1))
        rows.append(
            (
                patients,
                round(seconds, 2),
                round(patients / seconds, 1),
                round(peak),
                os.cpu_count(),
                platform.python_version(),
                chosen.date,
            )
        )
        print(dict(zip(COLUMNS, rows[-1], strict=True)), flush=True)
    with (PROJECT / "benchmarks" / "results" / "derive.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
