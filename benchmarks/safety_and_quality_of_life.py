"""Are planted rates of serious events and courses of PROMIS-29 recovered, in 500 registries?

Each registry has the study's size and a seed of its own, and goes the whole way: raw extracts of
the final cut, validation by reading, cut, datasets, and the outputs of the report. Compared with
the truth of the simulation are

- serious adverse events per patient-month in the treatment periods of each group (T14.3.1.1), with
  exact Poisson limits: their coverage is the nominal one or more;
- the mean change of each PROMIS-29 domain from baseline at each visit, by group (T14.2.8.2), with t
  limits;
- the difference of that change between guided and other therapy by the mixed model, at every visit
  that could be modelled (T14.2.8.4).

The rates are those of the model (``truth.json``, closed_form); the changes are the mean changes of
scored T in 400,000 planned patients (population.complete). Registries are without data errors,
unless --usual: then entries come late, dates are partial and rows wrong, as in the shipped one.
The simulator puts none of these flaws into PROMIS-29 or ECOG: of --usual only the rates of serious
events say something new. Planted courses do not depend on death or dropout, and the hazards of
serious events are constant: the study tests the path, not its robustness to informative absence.

    OPENBLAS_NUM_THREADS=1 \\
    python benchmarks/safety_and_quality_of_life.py --date 2026-11-25 [--usual] [--registries 500]

writes benchmarks/results/safety_and_quality_of_life.csv (..._usual.csv): for each quantity the
truth, the mean estimate, and how often the interval held the truth, with Monte Carlo limits. A
visit of a group with fewer than two pairs has no interval; `estimable` counts those that have.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

from analysis.datasets.build import derive_datasets
from analysis.endpoints.promis29_scores import DOMAIN_OF
from analysis.estimates.proportions import clopper_pearson
from analysis.extracts import read_extracts
from analysis.outputs.quality_of_life.model_based_change import BY_GROUP
from analysis.outputs.quality_of_life.model_based_change import numbers as model_based_change
from analysis.outputs.quality_of_life.scores_by_visit import numbers as scores_by_visit
from analysis.outputs.safety.overview import numbers as overview
from analysis.sap import read_study
from analysis.simulation import simulate

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results"
CUT, SIZE = "DC04", 120
GROUPS = ("TG", "TN", "OT")
COLUMNS = (
    "quantity",
    "group",
    "visit",
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
Found = dict[tuple[str, str, str], tuple[float, float, float, float]]


def one_registry(seed: int, clean: bool) -> Found:
    """(truth, estimate, low, high) of every quantity, by name, group and visit."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        simulate(root, patients=SIZE, seed=seed, cuts=(CUT,), clean=clean)
        shutil.copy(PROJECT / "params" / "sap.yaml", root / "params" / "sap.yaml")
        study = read_study(root, CUT)
        extracts, findings = read_extracts(study.raw)
        truth = json.loads((root / "truth.json").read_text(encoding="utf-8"))
    if findings.has_errors:
        raise SystemExit(f"seed {seed}: the extracts have errors")
    datasets, _ = derive_datasets(extracts, study.cut, study.rules)
    found = serious_rates(datasets, study.rules, truth["closed_form"])
    found |= changes(datasets, study.rules, truth["population"]["complete"])
    return found | differences(datasets, study.rules, truth["population"]["complete"])


def limits(frame: pd.DataFrame, estimate: str) -> pd.DataFrame:
    """Estimate and limits of each cell."""
    key = ["group", "visit", "parameter"]
    wide = frame.set_index([*key, "stat_name"])["stat"].unstack("stat_name")
    return wide.reindex(columns=[estimate, "ci_low", "ci_high"])


def serious_rates(datasets, rules, planted) -> Found:
    """Serious events per patient-month in the periods of each group."""
    frame = overview(datasets, rules).frame
    chosen = frame["analysis_id"].eq("incidence, rate") & frame["parameter"].eq("Serious")
    rates = limits(frame[chosen], "estimate") / rules.safety.rate_per_months
    truth = planted["serious_adverse_events_per_patient_month"]
    return {
        ("serious events per patient-month", group, ""): (
            truth[group],
            *rates.loc[(group, "", "Serious")],
        )
        for group in GROUPS
    }


def changes(datasets, rules, planted) -> Found:
    """Mean change of every domain at every visit."""
    frame = scores_by_visit(datasets, rules).frame
    means = limits(frame[frame["analysis_id"].eq("change")], "mean")
    windows = {window.label: window.code for window in rules.visits.windows}
    return {
        (f"{domain}, mean change", group, code): (
            planted[group]["t_change"][code][domain],
            *means.loc[(group, label, paramcd)],
        )
        for paramcd, domain in DOMAIN_OF.items()
        for group in GROUPS
        for label, code in windows.items()
    }


def differences(datasets, rules, planted) -> Found:
    """Guided minus other therapy by the mixed model, where the plan's gate is met."""
    frame = model_based_change(datasets, rules).frame
    chosen = frame["analysis_id"].eq(f"{BY_GROUP}, difference") & frame["group"].eq("TG - OT")
    found = limits(frame[chosen], "estimate")
    windows = {window.label: window.code for window in rules.visits.windows}
    return {
        (f"{DOMAIN_OF[paramcd]}, model", "TG - OT", windows[label]): (
            planted["TG"]["t_change"][windows[label]][DOMAIN_OF[paramcd]]
            - planted["OT"]["t_change"][windows[label]][DOMAIN_OF[paramcd]],
            *values,
        )
        for (_, label, paramcd), values in found.iterrows()
        if paramcd in DOMAIN_OF
    }


def summary(results: list[Found], date: str) -> list[tuple]:
    """Rows of the table, a quantity each."""
    rows = []
    for key in dict.fromkeys(name for found in results for name in found):
        values = np.array([found[key] for found in results if key in found], dtype=float)
        truth, estimate, low, high = values.T
        known = ~np.isnan(low) & ~np.isnan(high)
        covered = int(((low <= truth) & (truth <= high))[known].sum())
        size = int(known.sum())
        if not size:
            rows.append(
                (*key, round(float(truth[0]), 4), None, len(results), 0, 0, *[None] * 3, date)
            )
            continue
        shares = [100 * share for share in (covered / size, *clopper_pearson(covered, size))]
        rows.append(
            (
                *key,
                round(float(truth[0]), 4),
                round(float(np.nanmean(estimate)), 4),
                len(results),
                size,
                covered,
                *(round(share, 1) for share in shares),
                date,
            )
        )
    return rows


def main() -> None:
    """Analyse every registry and write how often the truth was inside."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--registries", type=int, default=500)
    parser.add_argument("--usual", action="store_true", help="with the usual flaws of the data")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    seeds = range(1, chosen.registries + 1)
    with ProcessPoolExecutor(chosen.workers) as pool:
        work = pool.map(one_registry, seeds, [not chosen.usual] * len(seeds))
        results = list(track(work, "Registries", total=len(seeds)))
    rows = summary(results, chosen.date)
    name = "safety_and_quality_of_life" + ("_usual" if chosen.usual else "")
    with (RESULTS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    for kind in ("serious", ", mean change", ", model"):
        mine = [row for row in rows if kind in row[0] and row[6]]
        if mine:
            coverage = [row[8] for row in mine]
            print(f"{kind}: {len(mine)} quantities, mean coverage {np.mean(coverage):.2f} %,")
            print(f"  lowest {min(coverage)} %, highest {max(coverage)} %")


if __name__ == "__main__":
    main()
