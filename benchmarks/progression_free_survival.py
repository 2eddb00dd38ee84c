"""Time and peak memory of confirmed best response and progression-free survival.

Synthetic patients with six assessments each are made as arrays, so that their making costs little;
then `derive_cbor`, the facts of PFS and the three estimands of PFS are timed. Each size runs in a
process of its own, because the peak memory of a process never falls.

    python benchmarks/progression_free_survival.py --date 2026-01-31

Writes benchmarks/results/progression_free_survival.csv: one row per size and step; seconds elapsed
and seconds of the processor (they differ where others use the machine too), peak memory of the
process (GiB) after the step, the frames that went in included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.assessments import after_start
from analysis.endpoints.best_overall_response import derive_cbor
from analysis.endpoints.progression_free_facts import progression_free_facts
from analysis.endpoints.progression_free_survival import derive_pfs, derive_pfscomp, derive_pfshyp
from analysis.params import read_rules
from analysis.yaml_source import read_yaml

STUDY = Path(__file__).resolve().parents[1]
RESULT = STUDY / "benchmarks" / "results" / "progression_free_survival.csv"
SIZES = (10_000, 100_000, 1_000_000)
VISITS = 6
RESPONSES = np.array(["CR", "PR", "SD", "PD", "NE"], dtype=object)
SHARES = (0.04, 0.16, 0.50, 0.22, 0.08)
NEVER = np.datetime64("NaT", "ns")


def _dates(days: np.ndarray, holds: np.ndarray) -> np.ndarray:
    dates = (np.datetime64("2022-01-01") + days).astype(UNIT)
    return np.where(holds, dates, NEVER)


def synthetic(patients: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Patients, assessments and evidence of progression, as PFS reads them."""
    draw = np.random.default_rng(seed)
    names = np.char.add("P", np.char.zfill(np.arange(patients).astype(str), 7)).astype(object)
    start = draw.integers(0, 300, patients)

    def sometimes(first: int, last: int, share: float) -> np.ndarray:
        day = start + draw.integers(first, last, patients)
        return _dates(day, draw.random(patients) < share)

    nobody, everybody = np.zeros(patients, dtype=bool), np.ones(patients, dtype=bool)
    people = pd.DataFrame(
        {
            "USUBJID": names,
            "STARTDT": _dates(start, everybody),
            "ANCHORDT": _dates(start, everybody),
            "DTHDT": sometimes(60, 500, 0.5),
            "NACTDT": sometimes(60, 400, 0.3),
            "CLINDT": sometimes(60, 400, 0.05),
            "LOCDT": sometimes(60, 400, 0.05),
            "LIMITDT": _dates(start + 395, everybody),
            "DTHLIMDT": _dates(start + 395, everybody),
            "DCUTDT": _dates(np.full(patients, 700), everybody),
            "LOCPDDT": _dates(start, nobody),
            "DTHDTF": None,
            "CLINDTF": None,
            "BASEWIN": np.where(draw.random(patients) < 0.97, "28", None),
            "STATUS": draw.choice([1, 2, 3, 8], patients),
            "ASSTABLE": "tumour_responses",
            "ASSCOLUMN": "overall_response",
            "ORGTABLE": "treatments",
            "ORGCOLUMN": "start_date",
        }
    )
    lines = pd.array(np.arange(patients) + 2, dtype="Int64")
    for name in ("DTH", "NACT", "CLIN", "LOC", "LOCPD", "ORG"):
        people[f"{name}LINE"] = lines
    visit = np.arange(1, VISITS + 1) * 56
    day = start[:, None] + visit + draw.integers(-7, 8, (patients, VISITS))
    done = (draw.random((patients, VISITS)) < 0.93).ravel()
    response = RESPONSES[draw.choice(len(RESPONSES), (patients, VISITS), p=SHARES).ravel()]
    assessments = pd.DataFrame(
        {
            "USUBJID": np.repeat(names, VISITS)[done],
            "ADT": _dates(day.ravel(), done)[done],
            "AVALC": response[done],
            "SRCROW": pd.array(np.arange(done.sum()) + 2, dtype="Int64"),
        }
    )
    progressed = assessments[assessments["AVALC"].eq("PD")]
    evidence = progressed[["USUBJID", "ADT"]].assign(
        TRGPDDT=progressed["ADT"], NTGPDDT=NEVER, NEWPDDT=NEVER
    )
    return people, assessments, evidence.astype({"NTGPDDT": UNIT, "NEWPDDT": UNIT})


def _no_regimens() -> pd.DataFrame:
    columns = ["USUBJID", "ASTDT", "AENDT", "TRTGRP", "STOPRSN", "SRCROW"]
    none = pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return none.astype({"ASTDT": UNIT, "AENDT": UNIT})


def measure(patients: int) -> list[dict]:
    """Seconds and peak memory of each step for one size."""
    plan = read_yaml(STUDY / "params" / "sap.yaml")
    rules = read_rules(plan, {}, plan)
    people, assessments, evidence = synthetic(patients)
    facts = {}
    reference = people.assign(ENDDT=people["LIMITDT"])[["USUBJID", "STARTDT", "NACTDT", "ENDDT"]]

    def confirmed_response():
        derive_cbor(after_start(assessments, reference), reference, rules)

    def facts_of_pfs():
        facts["pfs"] = progression_free_facts(people, assessments, evidence, _no_regimens(), rules)

    steps = {
        "generator only": lambda: None,
        "confirmed best response": confirmed_response,
        "PFS: facts": facts_of_pfs,
        "PFS: treatment policy": lambda: derive_pfs(facts["pfs"], rules),
        "PFS: hypothetical": lambda: derive_pfshyp(facts["pfs"]),
        "PFS: composite": lambda: derive_pfscomp(facts["pfs"]),
    }
    rows = []
    for step, run in steps.items():
        begun, begun_cpu = time.perf_counter(), time.process_time()
        run()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        rows.append(
            {
                "patients": patients,
                "assessments": len(assessments),
                "step": step,
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu, 2),
                "peak_gib": round(peak, 2),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--date", required=True, help="date written into the result, YYYY-MM-DD")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    asked = parser.parse_args()
    machine = f"{platform.machine()}, {multiprocessing.cpu_count()} cores"
    rows = []
    for size in asked.sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows += pool.apply(measure, (size,))
        print(pd.DataFrame(rows).query("patients == @size").to_string(index=False), flush=True)
    table = pd.DataFrame(rows)
    table.insert(0, "date", asked.date)
    table["machine"] = machine
    table["python"] = platform.python_version()
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(RESULT, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
