"""`simulate`: a study folder with a synthetic registry and its planted truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from schemas import terminology

from . import model, routine, truth, write
from .draws import Draws
from .plan import plan_chunk, raw_rows
from .population import planted
from .rows import day
from .snapshots import as_at


def simulate(
    out: Path,
    patients: int = 120,
    seed: int = 20211101,
    cuts: Sequence[str] = ("DC01", "DC02", "DC03", "DC04"),
    clean: bool = False,
    as_in_routine: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a synthetic registry: extracts of every cut, its parameters, and the planted truth.

    The same arguments give the same bytes. A patient's data depend on the seed and the patient's
    number, not on how many patients there are (but for the width of the identifiers).

    Parameters
    ----------
    out : Path
        The study folder. Written: data/raw/<CUT>/*.csv, params/cuts/<CUT>.yaml, truth.parquet,
        truth.json; params/sap.yaml is the caller's.
    patients : int
        How many patients; simulated in chunks, so memory does not grow with it.
    seed : int
        Seed of all random numbers.
    cuts : sequence of str
        Names of the cuts, in order of time. The truth is that of the last one's clinical cutoff.
    clean : bool
        Error-free: nobody mistaken, no partial dates, no late entry, no corrections.
    as_in_routine : bool
        Follow-up as in routine care (`routine`): patients go silent or withdraw when unwell, nobody
        is recorded as completed, deaths come from a register whenever they come. The truth then
        holds every death (TRUE_DEATH_DATE).
    progress : callable, optional
        Called with patients done and patients in all after every chunk.

    Raises
    ------
    ValueError
        If a cut is unknown, cuts are not in order of time, or no patient is asked for.
    """
    out, cuts = Path(out), tuple(cuts)
    _check(patients, cuts)
    for cut in cuts:
        (out / "data" / "raw" / cut).mkdir(parents=True, exist_ok=True)
    (out / "params" / "cuts").mkdir(parents=True, exist_ok=True)
    for previous, cut in zip((None, *cuts), cuts, strict=False):
        write.cut_file(out / "params" / "cuts" / f"{cut}.yaml", cut, previous)
    files = {
        (cut, table): (out / "data" / "raw" / cut / f"{table}.csv").open("wb")
        for cut in cuts
        for table in terminology.REQUIRED_TABLES
    }
    width = max(4, len(str(patients)))
    cutoff = day(model.CUTS[cuts[-1]][1])
    try:
        for (_, table), file in files.items():
            file.write(write.header(table))
        with pq.ParquetWriter(out / "truth.parquet", truth.SCHEMA) as writer:
            for chunk in range(-(-patients // model.CHUNK_PATIENTS)):
                first = chunk * model.CHUNK_PATIENTS
                n = min(model.CHUNK_PATIENTS, patients - first)
                plan = plan_chunk(
                    Draws(seed, chunk, n), first + 1, clean, as_in_routine=as_in_routine
                )
                _write_chunk(files, writer, (seed, chunk, plan), width, cuts, cutoff, clean)
                if progress is not None:
                    progress(first + n, patients)
    finally:
        for file in files.values():
            file.close()
    described = planted() | {
        "patients": patients,
        "seed": seed,
        "cuts": list(cuts),
        "clean": clean,
        "clinical_cutoff": model.CUTS[cuts[-1]][1],
        "parameters": model.parameters(),
    }
    if as_in_routine:
        # effects are those of the registry of the study; nothing else of it holds here
        described |= {"population": None, "routine": routine.parameters()}
    text = json.dumps(described, indent=1, sort_keys=True) + "\n"
    (out / "truth.json").write_text(text, encoding="utf-8", newline="\n")


def _check(patients: int, cuts: tuple[str, ...]) -> None:
    unknown = [cut for cut in cuts if cut not in model.CUTS]
    if unknown:
        raise ValueError(f"unknown cut {unknown[0]}: the model has {', '.join(model.CUTS)}")
    if not cuts or list(cuts) != sorted(set(cuts)):
        raise ValueError("cuts must be named once each and in order of time")
    if not 1 <= patients <= 9_999_999:
        raise ValueError("patients must be between 1 and 9999999")


def _write_chunk(files, writer, what, width, cuts, cutoff, clean) -> None:
    """Append the rows of one planned chunk to every file and its truth to the table."""
    seed, chunk, plan = what
    draws = Draws(seed, chunk, len(plan.people))
    tables = raw_rows(draws, plan, clean)
    numbers = write.patient_numbers(plan.people.number, width)
    for cut in cuts:
        snapshot = day(model.CUTS[cut][2])
        for name, rows in tables.items():
            columns = as_at(rows, snapshot, last=cut == cuts[-1])
            files[cut, name].write(write.lines(name, columns, numbers))
    names = np.array([f"P{text}" for text in numbers.to_pylist()], dtype=object)
    table = truth.truth_table(plan, tables, names, cutoff)
    enrolled = plan.people.enrolment <= cutoff
    writer.write_table(table.filter(enrolled))
