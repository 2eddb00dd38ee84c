"""Time and memory of confirmed best overall response for many patients with six visits each.

Each size runs in a process of its own, so that peak memory belongs to it alone; what the input
frames take is measured before the derivation. Responses, dates, new therapy and ends of follow-up
are drawn with a fixed seed, rows shuffled. The day of the run is an argument.

    python benchmarks/confirmed_response.py --date 2023-12-15
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.endpoints.best_overall_response import derive_cbor
from analysis.params import read_rules
from analysis.yaml_source import read_yaml

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "confirmed_response.csv"
SIZES = (10_000, 100_000, 1_000_000)
VISITS = 6
RESPONSES = np.array(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"], dtype=object)
SHARES = [0.10, 0.30, 0.35, 0.05, 0.10, 0.10]
SEED = 20231130


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(number):
    """Assessments and reference of `number` patients."""
    generator = np.random.default_rng(SEED)
    patients = np.array([f"P{i:07d}" for i in range(number)], dtype=object)
    start = np.datetime64("2021-11-01") + generator.integers(0, 730, number)
    new_therapy = start + generator.integers(30, 400, number)
    new_therapy[generator.random(number) < 0.8] = np.datetime64("NaT")
    reference = pd.DataFrame(
        {
            "USUBJID": patients,
            "STARTDT": start.astype("datetime64[ns]"),
            "NACTDT": new_therapy.astype("datetime64[ns]"),
            "ENDDT": (start + 394).astype("datetime64[ns]"),
        }
    )
    who = np.tile(np.arange(number), VISITS)
    week = np.repeat(np.arange(1, VISITS + 1), number)
    day = start[who] + 56 * week + generator.integers(-7, 8, len(who))
    order = generator.permutation(len(who))
    assessments = pd.DataFrame(
        {
            "USUBJID": patients[who[order]],
            "ADT": day[order].astype("datetime64[ns]"),
            "AVALC": RESPONSES[generator.choice(len(RESPONSES), len(who), p=SHARES)],
        }
    )
    return assessments, reference


def measure(number):
    """Seconds of one derivation, peak memory before and after (MiB)."""
    sap = read_yaml(PROJECT / "params" / "sap.yaml")
    rules = read_rules(sap, {}, sap)
    assessments, reference = draw(number)
    before = peak_mib()
    begin = time.perf_counter()
    rows = derive_cbor(assessments, reference, rules)
    seconds = time.perf_counter() - begin
    assert len(rows) == number
    return seconds, before, peak_mib()


def run(date):
    results = []
    for number in SIZES:
        command = [sys.executable, __file__, "--measure", str(number)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, before, peak = map(float, answer.split())
        results.append(
            {
                "date": date,
                "patients": number,
                "visits": VISITS,
                "seconds": f"{seconds:.2f}",
                "patients_per_second": f"{number / seconds:.0f}",
                "input_mib": f"{before:.0f}",
                "peak_mib": f"{peak:.0f}",
                "cores": os.cpu_count(),
                "python": platform.python_version(),
                "pandas": pd.__version__,
                "numpy": np.__version__,
            }
        )
    return results


def show(results):
    print(f"{'patients':>10} {'seconds':>8} {'per second':>11} {'input MiB':>10} {'peak MiB':>9}")
    for row in results:
        print(
            f"{row['patients']:>10,} {row['seconds']:>8} {row['patients_per_second']:>11} "
            f"{row['input_mib']:>10} {row['peak_mib']:>9}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--date", help="day of the run, YYYY-MM-DD, written to the results")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(*measure(arguments.measure))
        return
    if not arguments.date:
        parser.error("--date is needed")
    results = run(arguments.date)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, results[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(results)
    show(results)


if __name__ == "__main__":
    main()
