"""Small deliberate faults, and the tests that see them.

Each fault (`fault_table.py`) is one text of the source that becomes another: an edge moved, an
order turned, a day added. The project is copied to a scratch folder, the fault is made there, and
the tests named beside it are run on the copy; one of them must fail. A text that no longer stands
exactly once in its file is an error that names it.

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

from fault_table import FAULTS

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "faults.csv"
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
