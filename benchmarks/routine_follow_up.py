"""Survival in cohorts that nobody chases: estimates and 95% intervals against the planted truth.

Registries of the study's size with follow-up as in routine care (`registry simulate --routine`):
patients go silent without a word, withdraw when too unwell for visits, many are never treated, and
deaths reach the extract from a register whenever they come. They are simulated without data errors
and derived by the code of the project; every registry is then estimated by itself with the
estimator of the report. As in benchmarks/coverage.py, patients are taken 120 at a time from large
registries, and only those enrolled long enough before the cutoff for follow-up to have ended. The
truth is the model's own, from 400,000 planned patients followed to the end.

Three readings of survival stand side by side: the plan's (OS, OSENR), the one before amendment A4
(OSCONT: a death after the planned end proves nothing), and the bound with all the living followed
to the planned end (OSLIM, OSENRLIM). What bias stays is one of the extract: the silent who lived to
the cut are censored when last seen, though their deaths would be known, which reads too low; who
withdraws because unwell, without consent to vital status, takes a death along, which reads too high
and is all that is wrong with the bound.

    python benchmarks/routine_follow_up.py --date 2026-11-26
        [--registries 500 --size 120 --seeds 10]

writes benchmarks/results/routine_follow_up.csv and routine_follow_up_reasons.csv.
"""

from __future__ import annotations

import argparse
import csv
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
from analysis.simulation.population import complete_times

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results"
MONTH = 30.4375
YEAR = 12 * MONTH
SETTLED_DAYS = 395 + 150  # follow-up, and the longest way from enrolment to a first dose
# PARAMCD -> what it estimates at 12 months, and which true time that is
PARAMETERS = {
    "OS": ("OS from first dose, the plan", "os"),
    "OSCONT": ("OS from first dose, late deaths at the last contact (before A4)", "os"),
    "OSLIM": ("OS from first dose, all the living followed to the planned end", "os"),
    "OSENR": ("OS from enrolment, untreated included, the plan", "os_enrolment"),
    "OSENRLIM": ("OS from enrolment, all the living followed to the planned end", "os_enrolment"),
    "PFS": ("PFS from first dose, the plan", "pfs"),
}
COLUMNS = (
    "estimate_at_12_months",
    "truth",
    "mean_estimate",
    "bias",
    "mean_at_risk",
    "registries",
    "estimable",
    "covered",
    "coverage_pct",
    "mc_low",
    "mc_high",
    "date",
)


def derived(patients: int, seed: int) -> dict[str, pd.DataFrame]:
    """Datasets of the settled patients of one registry with follow-up as in routine care."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        simulate(root, patients, seed, ("DC04",), clean=True, as_in_routine=True)
        shutil.copy(PROJECT / "params" / "sap.yaml", root / "params" / "sap.yaml")
        study = read_study(root, "DC04")
        extracts, _ = read_extracts(study.raw)
    last = pd.Timestamp(study.cut.clinical_cutoff) - pd.Timedelta(days=SETTLED_DAYS)
    who = extracts["patients"]
    settled = set(who.loc[who["enrolment_date"] <= last, "patient_id"])
    chosen = {
        name: rows[rows["patient_id"].isin(settled)].reset_index(drop=True)
        for name, rows in extracts.items()
    }
    datasets, _ = derive_datasets(chosen, study.cut, study.rules)
    return {name: datasets[name] for name in ("adsl", "adtte")}


def truths() -> dict[str, float]:
    """True share beyond 12 months, by the true time."""
    times = complete_times(as_in_routine=True)
    untreated = len(np.unique(times["group"])) - 1  # the last of the groups
    treated = times["group"] != untreated
    return {
        "os": float((times["os"][treated] > YEAR).mean()),
        "pfs": float((times["pfs"][treated] > YEAR).mean()),
        "os_enrolment": float((times["os_enrolment"] > YEAR).mean()),
    }


def at_twelve_months(rows: pd.DataFrame) -> tuple[float, float, float, float]:
    """Estimate, limits and patients at risk of one parameter in one registry."""
    curve = kaplan_meier(rows["AVAL"].to_numpy(float), rows["CNSR"].eq(0).to_numpy(bool))
    point = curve.at([YEAR]).iloc[0]
    return tuple(float(point[name]) for name in ("survival", "ci_low", "ci_high", "n_at_risk"))


def registries(data: dict[str, pd.DataFrame], number: int, size: int):
    """ADTTE of the first `number` registries of `size` settled patients, one at a time."""
    adsl, adtte = data["adsl"], data["adtte"]
    for k in range(number):
        patients = adsl["USUBJID"].iloc[k * size : (k + 1) * size]
        if len(patients) < size:
            raise SystemExit("too few settled patients: simulate more")
        yield adtte[adtte["USUBJID"].isin(patients)]


def main() -> None:
    """Estimate every registry; write coverage of each interval and the reasons of censoring."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--registries", type=int, default=500)
    parser.add_argument("--size", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=10, help="registries are drawn from so many")
    chosen = parser.parse_args()
    each = chosen.registries // chosen.seeds
    found: dict[str, list] = {paramcd: [] for paramcd in PARAMETERS}
    reasons = []
    for seed in track(range(1, chosen.seeds + 1), description="Large registries"):
        # a little over a quarter of the patients are enrolled early enough
        data = derived(4 * each * chosen.size, seed)
        for adtte in registries(data, each, chosen.size):
            for paramcd, values in found.items():
                values.append(at_twelve_months(adtte[adtte["PARAMCD"].eq(paramcd)]))
            own = adtte[adtte["PARAMCD"].isin(["OS", "OSENR", "PFS"])]
            reasons.append(own.groupby("PARAMCD")["CNSR"].value_counts(normalize=True))
    write_coverage(found, chosen.date)
    write_reasons(reasons, chosen.date)


def write_coverage(found: dict[str, list], date: str) -> None:
    """Coverage of each interval with its Monte Carlo limits."""
    truth = truths()
    with (RESULTS / "routine_follow_up.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for paramcd, (name, time) in PARAMETERS.items():
            estimate, low, high, at_risk = (np.array(v) for v in zip(*found[paramcd], strict=True))
            known = ~np.isnan(low) & ~np.isnan(high)
            inside = known & (low <= truth[time]) & (truth[time] <= high)
            limits = clopper_pearson(int(inside.sum()), int(known.sum()))
            mean = float(np.nanmean(estimate))
            row = (
                name,
                round(truth[time], 4),
                round(mean, 4),
                round(mean - truth[time], 4),
                round(float(np.nanmean(at_risk)), 1),
                len(estimate),
                int(known.sum()),
                int(inside.sum()),
                round(100 * inside.sum() / known.sum(), 1),
                *(round(100 * limit, 1) for limit in limits),
                date,
            )
            writer.writerow(row)
            print(dict(zip(COLUMNS, row, strict=True)))


def write_reasons(reasons: list[pd.Series], date: str) -> None:
    """Mean share of patients with an event (CNSR 0) and with each reason of censoring."""
    shares = pd.concat(reasons, axis=1).fillna(0.0).mean(axis=1).rename("mean_pct") * 100
    table = shares.round(2).reset_index().sort_values(["PARAMCD", "CNSR"], kind="stable")
    table.assign(date=date).to_csv(
        RESULTS / "routine_follow_up_reasons.csv", index=False, lineterminator="\n"
    )
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
