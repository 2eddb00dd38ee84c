"""Small deliberate faults, and the tests that see them.

Each fault is one text of the source that becomes another: an edge moved, an order turned, a day
added. The project is copied to a scratch folder, the fault is made there, and the tests named
beside it are run on the copy; one of them must fail. A text that no longer stands exactly once in
its file is an error that names it.

    python benchmarks/faults.py --date 2026-11-26

writes benchmarks/results/faults.csv, a row for each fault.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "faults.csv"
GOLDEN = "tests/test_golden_estimates.py"
DISPLAYS = "tests/displays/test_time_to_event.py tests/displays/test_carried_curves.py"
# file | what stands there | what it becomes | rule that it breaks | tests
FAULTS = (
    ("displays/competing_events.py", 'curve["day"] >= day', 'curve["day"] > day',
     "at risk on a day are those whose time is that day or later", DISPLAYS),
    ("displays/curves.py", "FEW if at_risk < least_at_risk(rules)",
     "FEW if at_risk <= least_at_risk(rules)",
     "a rate is marked where fewer than the plan's number are at risk", DISPLAYS),
    ("displays/curves.py", 'enough = curve["n_at_risk"] >= least',
     'enough = curve["n_at_risk"] > least',
     "a curve is carried by the plan's number at risk", DISPLAYS),
    ("displays/guided.py", "< least_at_risk(rules):", "<= least_at_risk(rules):",
     "the words give a rate where the plan's number is at risk", DISPLAYS),
    ("displays/promis29_figure.py", '(means["n"] >= rules.estimation.min_stratum)',
     '(means["n"] > rules.estimation.min_stratum)',
     "a group is drawn from the plan's least stratum on", DISPLAYS),
    ("displays/serious_event_incidence.py", ">= least_at_risk(rules)", "> least_at_risk(rules)",
     "the words give an incidence where the plan's number is at risk", DISPLAYS),
    ("displays/survival_reasons.py", ".abs() >= points / 100 - _NOTHING_LOST",
     ".abs() > points / 100 + _NOTHING_LOST",
     "a difference of exactly the plan's points is said", "tests/outputs/test_survival_reasons.py"),
    ("displays/table.py", "spans[-1][1] + 1)", "spans[-1][1] + 2)",
     "a head spans the columns that it names", DISPLAYS),
    ("displays/time_to_event.py", 'enough = curve[curve["n_at_risk"] >= least]',
     'enough = curve[curve["n_at_risk"] > least]',
     "a curve is drawn while the plan's number is at risk", DISPLAYS),
    ("displays/time_to_event.py", 'curves[group][curves[group]["day"] < day]',
     'curves[group][curves[group]["day"] <= day]',
     "events and censored under a tick are those before it", DISPLAYS),
    ("displays/tumour_course.py", '.sort_values(["stat", "category"], ascending=[False, True])',
     '.sort_values(["stat", "category"], ascending=[True, True])',
     "a waterfall falls from the largest increase", DISPLAYS),
    ("displays/tumour_course.py", 'start = (record["min"] - 1) / month',
     'start = record["min"] / month', "day 1 stands at month 0",
     DISPLAYS),
    ("displays/oncoprint.py", "if len(genes) < len(every_gene):",
     "if len(genes) <= len(every_gene):",
     "that genes are left out is said where some are",
     DISPLAYS),
    ("outputs/exposure.py", "& ~(end > limit)", "& ~(end >= limit)",
     "a period that ends on the last day of follow-up has ended", "tests/outputs/test_exposure.py"),
    ("outputs/safety.py", "complete | worst.ge(4)", "complete | worst.ge(3)",
     "a worst grade of 3 is not known beside an event without a grade",
     "tests/outputs/test_safety.py"),
    ("outputs/second_profile.py", 'second["SPECDT"] >= failure', 'second["SPECDT"] > failure',
     "a specimen on the day of the failure is after it", "tests/outputs/test_second_profile.py"),
    ("outputs/turnaround.py", "(days >= 7 * week)", "(days > 7 * week)",
     "who reaches a step in exactly so many weeks is at risk on that day",
     "tests/outputs/test_turnaround.py"),
    ("outputs/variants.py", "burden >= rules.molecular.tmb_high",
     "burden > rules.molecular.tmb_high", "a burden of exactly the threshold is high",
     "tests/outputs/test_molecular.py"),
    ("outputs/specimens.py", 'failed.drop_duplicates("USUBJID", keep="last")',
     'failed.drop_duplicates("USUBJID", keep="first")',
     "the reason is that of the last failed test", f"tests/outputs/test_molecular.py {GOLDEN}"),
    ("outputs/pfs_ratio.py", ">= threshold * (1 - RATIO_TOLERANCE)",
     "> threshold * (1 + RATIO_TOLERANCE)", "a ratio of exactly the threshold reaches it",
     "tests/outputs/test_pfs_ratio.py"),
    ("outputs/response.py", 'rows[rows["ADY"].gt(1)', 'rows[rows["ADY"].ge(1)',
     "the scan on the first day of treatment is no response to it",
     "tests/outputs/test_first_outputs.py"),
    ("estimates/proportions.py", "float(betaincinv(x + 1, n - x, 1 - tail))",
     "float(betaincinv(x + 1, n - x, 1 - 2 * tail))", "limits of Clopper and Pearson",
     "tests/estimates/test_proportions.py"),
    ("estimates/survival_curve.py", "beyond = times > self.time[-1]",
     "beyond = times >= self.time[-1]", "the last time of a curve belongs to it",
     "tests/estimates/test_survival.py"),
    ("estimates/incidence.py", "gammaincinv(events + 1, 1 - tail)", "gammaincinv(events, 1 - tail)",
     "exact upper limit of a rate", "tests/estimates/test_incidence.py"),
    ("estimates/competing_risks.py", "beyond = times > self.time[-1]",
     "beyond = times >= self.time[-1]", "the last time of a curve belongs to it",
     "tests/estimates/test_competing_risks.py"),
    ("datacut.py", "return lambda extract: earliest(extract[table][column]) > extract.cutoff",
     "return lambda extract: earliest(extract[table][column]) >= extract.cutoff",
     "the day of the cut belongs to it, partial dates too", "tests/test_datacut.py"),
    ("datacut.py", '~(pairs["end_date"] < pairs["onset"])',
     '~(pairs["end_date"] <= pairs["onset"])',
     "a regimen that ends on the day of an onset was running", "tests/test_datacut.py"),
    ("datasets/adtr.py", 'sums["BASE"] = sums["BASE"].where(sums["ADT"] >= sums["BASEDT"])',
     'sums["BASE"] = sums["BASE"].where(sums["ADT"] > sums["BASEDT"])',
     "the scan of the baseline has its baseline", "tests/datasets/test_adtr.py"),
    ("datasets/adsl.py", 'forms["completion_date"] > forms["patient_id"]',
     'forms["completion_date"] >= forms["patient_id"]',
     "a later form is not the baseline form", "tests/datasets/test_adsl.py"),
    ("datasets/admb.py", 'pairs["review_date"] <= pairs["start_date"]',
     'pairs["review_date"] < pairs["start_date"]',
     "a drug begun on the day of the review follows it",
     "tests/datasets/test_molecular_and_treatment.py"),
)  # fmt: skip
COLUMNS = ("fault", "file", "stands", "becomes", "rule", "outcome", "seen_by", "date")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def copied(folder: Path) -> Path:
    """The tracked files of the project, in a folder of their own."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True, text=True
    )
    for name in filter(None, tracked.stdout.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, target)
    return folder


def seen_by(copy: Path, tests: str) -> str:
    """First test that fails on the copy; empty where none does."""
    paths = os.pathsep.join((str(copy / "src"), str(copy)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    where = subprocess.run(
        [sys.executable, "-c", "import analysis; print(analysis.__file__)"],
        cwd=copy, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    if not where.stdout.startswith(str(copy)):
        raise SystemExit(f"the tests would run on {where.stdout.strip()}, not on the copy")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-n", "0", *tests.split()],
        cwd=copy, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    found = _FAILED.search(done.stdout)
    return found.group(1) if found else ""


def main() -> None:
    """Make each fault by itself; write what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of faults; nothing is written")
    chosen = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        copy = copied(Path(scratch))
        for number, (file, stands, becomes, rule, tests) in enumerate(FAULTS, start=1):
            if chosen.only and number not in chosen.only:
                continue
            path = copy / "src" / "analysis" / file
            source = path.read_text(encoding="utf-8")
            if source.count(stands) != 1:
                raise SystemExit(
                    f"{file}: {stands!r} stands {source.count(stands)} times, not once"
                )
            path.write_text(source.replace(stands, becomes), encoding="utf-8")
            test = seen_by(copy, tests)
            path.write_text(source, encoding="utf-8")
            outcome = "killed" if test else "SURVIVED"
            rows.append((number, file, stands, becomes, rule, outcome, test, chosen.date))
            print(number, outcome, file, test, flush=True)
    if not chosen.only:
        with RESULTS.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)
    survived = sum(row[5] != "killed" for row in rows)
    print(f"{len(rows)} faults, {survived} survived")


if __name__ == "__main__":
    main()
