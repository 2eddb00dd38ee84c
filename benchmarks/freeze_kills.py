"""Twenty kills of a freeze: there is no lock, or a whole one; the next freeze completes.

A small registry with two notebooks of the plan is frozen by the command itself and killed with
signal 9 at a random instant of its usual length, every fifth near its end, where the lock is
written. After each kill there must be no lock, or one that can be read and is that of an
undisturbed freeze; the next command must put back what was moved aside; and the freeze called again
must end with that same lock.

    python benchmarks/freeze_kills.py --date 2026-11-27 [--kills 20 --seed 1]

writes benchmarks/results/freeze_kills.csv, a row for each kill.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "freeze_kills.csv"
sys.path.insert(0, str(PROJECT))

from analysis.errors import LockedError  # noqa: E402
from analysis.findings import FILE  # noqa: E402
from analysis.hashing import hash_folder  # noqa: E402
from analysis.locked.lock import lock_of  # noqa: E402
from analysis.reporting.lock import study_lock  # noqa: E402
from tests.freezing.conftest import plan_few_notebooks  # noqa: E402
from tests.machine import REGISTRY, registry  # noqa: E402

CUT = "DC01"
COLUMNS = (
    "kill",
    "instant_s",
    "over",
    "lock",
    "published",
    "half_built",
    "next_exit_status",
    "same_lock",
    "date",
)


def lock_state(study: Path, whole: str) -> str:
    """None, whole, other, or broken."""
    try:
        lock = lock_of(study, CUT)
    except LockedError:
        return "broken"
    if lock is None:
        return "none"
    return "whole" if lock.own == whole else "other"


def published(study: Path) -> dict[str, str]:
    """Hashes of what a reader sees; findings of a run that did not get so far lie beside."""
    files = hash_folder(study / "reports" / CUT).items()
    return {name: digest for name, digest in files if not name.startswith("unpublished/")}


def report_state(shown: dict[str, str], whole: dict[str, str]) -> str:
    """Whole; none, or none yet but the findings of the derivation, as they should be; broken."""
    if shown == whole:
        return "whole"
    if not shown:
        return "none"
    early = set(shown) == {FILE} and shown[FILE] == whole[FILE]
    return "findings only" if early else "broken"


def main() -> None:
    """Kill, look, freeze again; one row for each kill."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)
    rows = []
    with tempfile.TemporaryDirectory(prefix="f-", dir="/tmp") as folder:
        fresh, whole = Path(folder) / "fresh", Path(folder) / "whole"
        made = registry("simulate", fresh, "--patients", 12, "--cuts", CUT)
        if made.returncode:
            raise SystemExit(made.stderr)
        plan_few_notebooks(fresh)
        shutil.copytree(fresh, whole)
        began = time.monotonic()
        if registry("freeze", CUT, "--study", whole).returncode:
            raise SystemExit("the study cannot be frozen")
        usual = time.monotonic() - began
        lock = lock_of(whole, CUT)
        assert lock is not None
        report = published(whole)
        for number in range(1, chosen.kills + 1):
            study = Path(folder) / f"kill{number}"
            shutil.copytree(fresh, study)
            late = number % 5 == 0
            at = draw.uniform(0.85 * usual, usual) if late else draw.uniform(0.2, usual)
            run = subprocess.Popen(
                [*REGISTRY, "freeze", CUT, "--study", str(study)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(at)
            over = run.poll() is not None
            if not over:
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            state = lock_state(study, lock.own)
            with study_lock(study, "a look"):
                shown = published(study)
                half = [path.name for path in study.rglob(".building-*") if path.is_dir()]
            again = registry("freeze", CUT, "--study", study)
            status = 0 if state == "whole" and again.returncode == 2 else again.returncode
            row = (
                *(number, f"{at:.2f}", over, state),
                report_state(shown, report),
                len(half),
                status,
                lock_state(study, lock.own) == "whole",
                chosen.date,
            )
            rows.append(row)
            print(*row, flush=True)
            shutil.rmtree(study)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    bad = [
        r
        for r in rows
        if r[3] in ("broken", "other") or r[4] == "broken" or r[5] or r[6] or not r[7]
    ]
    print(f"{len(rows)} kills, {len(bad)} with something wrong")


if __name__ == "__main__":
    main()
