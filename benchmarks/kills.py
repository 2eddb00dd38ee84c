"""A hundred kills of a run: nothing half-written, the next run completes to the same bytes.

A study of two notebooks is reported by the command itself, kernel server and forked kernels
included, and killed with signal 9: the run at a random instant, the kernel server while a notebook
is running, and the run right after its n-th rename, for every n there is. After each kill what was
published must be there, whole, or be moved back by the next command of any kind; the run is then
called again and must end well, soon, with the same bytes, and leave no process and no temporary
file. A run whose kernel server dies must say so and go on by itself.

    python benchmarks/kills.py --date 2026-11-27 [--kills 100 --seed 1]

writes benchmarks/results/kills.csv, a row for each kill.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "kills.csv"
sys.path.insert(0, str(PROJECT))

from analysis.reporting.lock import study_lock  # noqa: E402
from tests.reporting.test_lock import KILLED  # noqa: E402
from tests.reporting.toy import make_toy  # noqa: E402

MAIN = "import runpy, sys\nrunpy.run_module('tests.reporting.toy_registry', run_name='__main__')\n"
COLUMNS = (
    "kill",
    "killed",
    "instant",
    "published",
    "back_at_the_next_command",
    "noticed_s",
    "next_exit_status",
    "next_run_s",
    "same_bytes",
    "left_in_tmp",
    "left_processes",
    "date",
)
PATIENCE = 120


class Toy:
    """The study with its own folder for temporary files, and the command on it."""

    def __init__(self, folder: Path) -> None:
        self.toy = make_toy(folder / "toy")
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.where = [str(self.toy.root), str(self.toy.project.root), "run", "DC01", "--force"]

    def start(self, *before: str) -> subprocess.Popen:
        command = [sys.executable, *(before or ("-m", "tests.reporting.toy_registry")), *self.where]
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def state(self, whole: dict[str, str]) -> str:
        """What is published: whole, whole but moved aside (the next command moves it back), broken.

        There is a kill that no order of two renames avoids: after the first, before the second.
        """
        if self.published() == whole:
            return "whole"
        aside = self.published(".replaced-DC01") == whole
        return "moved aside" if aside and not self.published() else "broken"

    def published(self, folder: str = "DC01") -> dict[str, str]:
        """Hashes of what a reader sees; findings of a run that did not get so far lie beside."""
        files = self.toy.published(folder).items()
        return {name: hashed for name, hashed in files if not name.startswith("unpublished/")}

    def processes(self) -> list[int]:
        """Processes that work in this study: the run, its server, its workers, its kernels."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            try:
                there = (each / "environ").read_bytes()
                state = (each / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if str(self.temporary).encode() in there and state != "Z":
                found.append(int(each.name))
        return sorted(found)

    def server(self) -> int | None:
        """The kernel server: the process that says so in its command line."""
        for pid in self.processes():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if b"kernel_server" in words:
                return pid
        return None


def kill_at_random(study: Toy, draw: random.Random, usual: float) -> tuple[str, float, str]:
    """Kill the run at an instant of its usual length."""
    at = draw.uniform(0.2, usual)
    run = study.start()
    time.sleep(at)
    killed = run.poll() is None
    run.send_signal(signal.SIGKILL)
    ended = time.monotonic()
    run.communicate()
    while study.processes() and time.monotonic() - ended < PATIENCE:
        time.sleep(0.05)
    return f"{at:.2f} s" + ("" if killed else " (over)"), time.monotonic() - ended, ""


def kill_server(study: Toy, draw: random.Random, usual: float) -> tuple[str, float, str]:
    """Kill the kernel server of a run some time after it is there; the run goes on by itself."""
    run = study.start()
    end = time.monotonic() + PATIENCE
    while (server := study.server()) is None and time.monotonic() < end:
        time.sleep(0.01)
    after = draw.uniform(0.0, usual / 2)
    time.sleep(after)
    if server is not None:
        try:
            os.kill(server, signal.SIGKILL)
        except ProcessLookupError:
            server = None
    killed = time.monotonic()
    said, noticed = [], None
    for line in run.stdout:
        if noticed is None:
            noticed = time.monotonic() - killed
        said.append(line)
    run.wait()
    text = "".join(said)
    if run.returncode != 0:
        raise SystemExit(f"a run did not survive the death of its kernel server:\n{text}")
    told = "ended by signal 9" in text
    return f"{after:.2f} s after its start" + ("" if told else " (idle)"), noticed or 0.0, text


def kill_after_rename(study: Toy, number: int) -> tuple[str, float, bool]:
    """Kill the run right after its n-th rename; whether there was one."""
    run = study.start("-c", KILLED + MAIN, str(number))
    run.communicate()
    ended = time.monotonic()
    while study.processes() and time.monotonic() - ended < PATIENCE:
        time.sleep(0.05)
    killed = run.returncode == -signal.SIGKILL
    return f"rename {number}", time.monotonic() - ended, killed


def complete(study: Toy) -> tuple[int, float]:
    """The next run: exit status and seconds."""
    began = time.monotonic()
    run = study.start()
    run.communicate(timeout=600)
    return run.returncode, time.monotonic() - began


def main() -> None:
    """Kill, look, run again; one row for each kill."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--date", required=True, help="day of the study, for the table")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)
    rows = []
    with tempfile.TemporaryDirectory(prefix="k-", dir="/tmp") as folder:
        study = Toy(Path(folder))
        status, usual = complete(study)
        if status:
            raise SystemExit("the study cannot be reported")
        whole = study.published()
        rename = 1
        for number in range(1, chosen.kills + 1):
            kind = ("run", "kernel server", "run after a rename")[number % 3]
            if kind == "run":
                instant, noticed, _ = kill_at_random(study, draw, usual)
            elif kind == "kernel server":
                instant, noticed, _ = kill_server(study, draw, usual)
            else:
                instant, noticed, killed = kill_after_rename(study, rename)
                rename = rename + 1 if killed else 1
            state = study.state(whole)
            with study_lock(study.toy.root, "a look"):
                back = study.state(whole) == "whole"
            status, seconds = complete(study)
            row = (
                *(number, kind, instant, state, back, f"{noticed:.1f}", status, f"{seconds:.1f}"),
                study.published() == whole,
                len(list(study.temporary.iterdir())),
                len(study.processes()),
                chosen.date,
            )
            rows.append(row)
            print(*row, flush=True)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    bad = [
        row
        for row in rows
        if row[3] == "broken" or not row[4] or row[6] or not row[8] or row[9] or row[10]
    ]
    slow = max(float(row[5]) for row in rows)
    print(f"{len(rows)} kills, {len(bad)} with something wrong, longest wait {slow:.1f} s")


if __name__ == "__main__":
    main()
