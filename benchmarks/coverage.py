"""Do the 95% intervals of the report cover the planted truth, in registries of the study's size?

Patients of the synthetic registry are independent and do not depend on the number simulated, so 500
registries of 120 patients are 60,000 patients taken 120 at a time. They are simulated without data
errors, derived by the code of the project, and every registry is then estimated by itself with the
estimators of the report. The truth is the model's own: `population.complete` in ``truth.json``,
computed from 400,000 planned patients followed to the end. So that the registries are complete too,
only patients enrolled long enough before the cutoff are taken (enrolment does not depend on the
outcome); an interim cut estimates something else, as its own truth (`at_cut`) shows.

    python benchmarks/coverage.py --date 2026-11-22 [--registries 500 --size 120 --seeds 10]

writes benchmarks/results/coverage.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from analysis.datasets.build import derive_datasets
from analysis.estimates.proportions import clopper_pearson
from analysis.estimates.survival import kaplan_meier
from analysis.extracts import read_extracts
from analysis.sap import read_study
from analysis.simulation import simulate

PROJECT = Path(__file__).resolve().parents[1]
MONTH = 30.4375
COLUMNS = (
    "estimate",
    "truth",
    "mean_estimate",
    "registries",
    "estimable",
    "covered",
    "coverage_pct",
    "mc_low",
    "mc_high",
    "date",
)


SETTLED_DAYS = 395 + 150  # follow-up, and the longest way from enrolment to a first dose


def derived(patients: int, seed: int) -> tuple[dict[str, pd.DataFrame], dict]:
    """Datasets of the settled patients of one registry without data errors, and the truth."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        simulate(root, patients=patients, seed=seed, cuts=("DC04",), clean=True)
        shutil.copy(PROJECT / "params" / "sap.yaml", root / "params" / "sap.yaml")
        study = read_study(root, "DC04")
        extracts, _ = read_extracts(study.raw)
        truth = json.loads((root / "truth.json").read_text(encoding="utf-8"))
    last = pd.Timestamp(study.cut.clinical_cutoff) - pd.Timedelta(days=SETTLED_DAYS)
    who = extracts["patients"]
    settled = set(who.loc[who["enrolment_date"] <= last, "patient_id"])
    chosen = {
        name: rows[rows["patient_id"].isin(settled)].reset_index(drop=True)
        for name, rows in extracts.items()
    }
    datasets, _ = derive_datasets(chosen, study.cut, study.rules)
    return {name: datasets[name] for name in ("adsl", "adrs", "adtte")}, truth["population"]


def intervals(
    adsl, responders, pfs, survival, truth
) -> dict[str, tuple[float, float, float, float]]:
    """(truth, estimate, low, high) of each quantity in one registry."""
    response_set = adsl[adsl["RSPEVLFL"].eq("Y")]
    found = {}
    n, events = len(response_set), int(response_set["USUBJID"].isin(responders).sum())
    complete = truth["complete"]["all"]
    found["ORR, confirmed, response set (Clopper-Pearson)"] = (
        complete["orr_confirmed"],
        events / n,
        *clopper_pearson(events, n),
    )
    guided = int(adsl["GUIDFL"].eq("Y").sum())
    found["Guided, of enrolled (Clopper-Pearson)"] = (
        truth["complete"]["guided"],
        guided / len(adsl),
        *clopper_pearson(guided, len(adsl)),
    )
    curve = kaplan_meier(pfs["AVAL"].to_numpy(float), pfs["CNSR"].eq(0).to_numpy())
    # the planted median is a whole day, kept in months of three decimals
    found["Median PFS, days (Brookmeyer-Crowley)"] = (
        round(complete["median_pfs_months"] * MONTH),
        *curve.median(),
    )
    curve = kaplan_meier(survival["AVAL"].to_numpy(float), survival["CNSR"].eq(0).to_numpy())
    point = curve.at([12 * MONTH]).iloc[0]
    found["OS at 12 months (log-log)"] = (
        complete["os_12_months"],
        point["survival"],
        point["ci_low"],
        point["ci_high"],
    )
    return found


def main() -> None:
    """Estimate every registry and write the coverage of each interval."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--registries", type=int, default=500)
    parser.add_argument("--size", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=10, help="registries are drawn from so many")
    chosen = parser.parse_args()
    each = chosen.registries // chosen.seeds
    results: dict[str, list] = {}
    for seed in track(range(1, chosen.seeds + 1), description="Large registries"):
        # a little over a quarter of the patients are enrolled early enough
        data, truth = derived(4 * each * chosen.size, seed)
        for row in registries(data, truth, each, chosen.size):
            for name, values in row.items():
                results.setdefault(name, []).append(values)
    write(results, chosen.date)


def registries(data, truth, number: int, size: int):
    """Estimates of the first `number` registries of `size` settled patients, one at a time."""
    adsl, adrs, adtte = data["adsl"], data["adrs"], data["adtte"]
    best = adrs[adrs["PARAMCD"].eq("CBOR") & adrs["AVALC"].isin(["CR", "PR"])]
    responders = set(best["USUBJID"])
    for k in range(number):
        patients = adsl.iloc[k * size : (k + 1) * size]
        if len(patients) < size:
            raise SystemExit("too few settled patients: simulate more")
        mine = adtte[adtte["USUBJID"].isin(patients["USUBJID"])]
        times = (mine[mine["PARAMCD"].eq(code)] for code in ("PFS", "OS"))
        yield intervals(patients, responders, *times, truth)


def write(results: dict[str, list], date: str) -> None:
    """Write the coverage of each interval with its Monte Carlo limits."""
    with (PROJECT / "benchmarks" / "results" / "coverage.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, rows in results.items():
            planted, estimate, low, high = (np.array(v, float) for v in zip(*rows, strict=True))
            known = ~np.isnan(low) | ~np.isnan(high)
            inside = (np.nan_to_num(low, nan=-np.inf) <= planted) & (
                planted <= np.nan_to_num(high, nan=np.inf)
            )
            covered = int(inside[known].sum())
            limits = clopper_pearson(covered, int(known.sum()))
            row = (
                name,
                planted[0],
                round(float(np.nanmean(estimate)), 4),
                len(rows),
                int(known.sum()),
                covered,
                round(100 * covered / known.sum(), 1),
                *(round(100 * limit, 1) for limit in limits),
                date,
            )
            writer.writerow(row)
            print(dict(zip(COLUMNS, row, strict=True)))


if __name__ == "__main__":
    main()
