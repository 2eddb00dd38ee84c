"""From two cuts of a study to what changed between them, and why: files in, `Changes` out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.changes.headlines import HEADLINES, headline_rows, sentences
from analysis.changes.invariants import broken_invariants
from analysis.changes.known import known_by
from analysis.changes.movers import MOVER_COLUMNS, movers
from analysis.changes.records import RECORD_COLUMNS, record_changes
from analysis.changes.split import (
    ESTIMATE_CHANGE_COLUMNS,
    SHARE_COLUMNS,
    share_of_rules,
    split_estimates,
)
from analysis.characters import visible
from analysis.csv_writer import safe, write_csv
from analysis.datasets import Datasets
from analysis.errors import InputError, ParameterError
from analysis.extracts import read_extracts
from analysis.findings import Findings
from analysis.hashing import hash_file, hash_folder, read_json
from analysis.hybrids.derive import Hybrid, derive_all
from analysis.hybrids.states import Received, findings_as_text, found
from analysis.locked.errata import errata_of
from analysis.params import Cut, Rules, list_cuts
from analysis.replacing import aside, put_in_place
from analysis.reporting import staleness
from analysis.reporting.lock import study_lock
from analysis.reporting.parts import read_estimates
from analysis.reporting.project import Project
from analysis.sap import Study, read_study
from analysis.wording import counted
from analysis.yaml_source import read_yaml

ESTIMATES, MOVERS, RECORDS = "estimates.csv", "movers.csv", "records.csv"
FINDINGS, SHARES = "findings.csv", "rule_change_by_order.csv"
SENTENCES = "sentences.txt"


@dataclass(frozen=True)
class Changes:
    """What changed between two cuts.

    Attributes
    ----------
    old, new : str
        Names of the cuts.
    records, estimates, movers : DataFrame
        As in the files of the same names, every cell text.
    shares : DataFrame
        Smallest and largest share of a change of rules of the headline numbers over four orders.
    sentences : tuple of str
        Up to ten lines that say it.
    findings : tuple of str
        What must not happen between two cuts, and did.
    notes : tuple of str
        What the reader must know about how it was found.
    """

    old: str
    new: str
    records: pd.DataFrame = field(repr=False)
    estimates: pd.DataFrame = field(repr=False)
    movers: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    sentences: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the files that others rely on into a folder, which must exist."""
        for name, frame in (
            (ESTIMATES, self.estimates),
            (MOVERS, self.movers),
            (RECORDS, self.records),
            (SHARES, self.shares),
            (FINDINGS, pd.DataFrame({"finding": list(self.findings)}, dtype=object)),
        ):
            write_csv(safe(frame), folder / name)
        text = "".join(f"{visible(line)}\n" for line in self.sentences)
        (folder / SENTENCES).write_text(text, encoding="utf-8", newline="\n")


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns), dtype=object)


def without_previous(cut: str, why: str) -> Changes:
    """Nothing to compare with, and why."""
    return Changes(
        "",
        cut,
        _empty(RECORD_COLUMNS),
        _empty(ESTIMATE_CHANGE_COLUMNS),
        _empty(MOVER_COLUMNS),
        _empty(SHARE_COLUMNS),
        notes=(why,),
    )


def refuse_wrong_order(old: Study, new: Study) -> None:
    """Refuse to compare a cut with one that is not earlier.

    Raises
    ------
    ParameterError
        Naming both cuts and their dates.
    """
    for what in ("clinical_cutoff", "snapshot_date"):
        first, second = getattr(old.cut, what), getattr(new.cut, what)
        if first > second or (what == "clinical_cutoff" and first == second):
            raise ParameterError(
                f"{new.root / 'params' / 'cuts'}: {old.cut.cut} has {what} {first}, "
                f"{new.cut.cut} has {second}; a cut is compared with an earlier one"
            )


def read_cut_extracts(study: Study, rules: Rules, cut: str) -> tuple[Received, str]:
    """Extracts of a cut, read under some rules; and the first error of them, if any."""
    if study.lock is not None:
        study.lock.refuse_changed_raw(study.root)
    extracts, findings = read_extracts(study.raw, rules.extracts.columns_of(cut))
    received = Received(extracts, findings)
    errors = found(received, study.cut, rules).frame()
    errors = errors[errors["severity"].eq("error")]
    if errors.empty:
        return received, ""
    row = errors.iloc[0]
    place = f"{study.raw / str(row['file'])}"
    if pd.notna(row["line"]):
        place += f", line {row['line']}"
    return received, f"{place}: {row['message']}; run `registry validate {study.cut.cut}`"


@dataclass(frozen=True)
class _Old:
    """The old cut: what was published of it, and its extracts under both sets of rules.

    An extract that cannot be read has a reason instead.
    """

    study: Study
    published: pd.DataFrame | None
    datasets: Datasets | None
    current: bool
    under_own: Received | None
    under_new: Received | None
    notes: tuple[str, ...]

    @property
    def readable(self) -> Received:
        received = self.under_own or self.under_new
        assert received is not None  # refused before
        return received


def _old(study: Study, new: Study, project: Project) -> _Old:
    """Read the old cut.

    Raises
    ------
    InputError
        If it can be read neither under its own rules nor under the new ones.
    """
    published, current, notes = _published(study, project)
    own, code_gone = read_cut_extracts(study, study.rules, study.cut.cut)
    other, rules_gone = own, code_gone
    if study.rules != new.rules:
        other, rules_gone = read_cut_extracts(study, new.rules, new.cut.cut)
    if code_gone and rules_gone:
        raise InputError(code_gone)
    for wrong, whose in ((code_gone, study.cut.cut), (rules_gone, new.cut.cut)):
        if wrong:
            said = wrong.replace(f"{study.root}/", "")
            notes.append(f"The old extracts cannot be read under the rules of {whose}: {said}.")
    datasets = None if current or published is None else _published_datasets(study, notes)
    return _Old(
        study,
        published,
        datasets,
        current,
        None if code_gone else own,
        None if rules_gone else other,
        tuple(notes),
    )


def _published(old: Study, project: Project) -> tuple[pd.DataFrame | None, bool, list[str]]:
    """Numbers of the old cut as published, whether today's code makes the same, and what to say."""
    name = old.cut.cut
    lock = old.lock
    path, current = staleness.last_numbers(old, project)
    if lock is not None:
        held = locked_numbers(old, path)
        if held is None:
            return None, False, []  # perhaps today's code makes them
        return read_estimates(held), current and held == path, [_LOCKED.format(name)]
    if path is None:
        said = (
            f"{name} has no lock and no published run: its numbers are made now, by today's code."
        )
        return None, False, [said]
    said = f"{name} has no lock: its old numbers are those of its last published run."
    return read_estimates(path), current, [said]


def locked_numbers(study: Study, made: Path | None) -> Path | None:
    """File with the numbers of a locked cut as they were frozen; None where there is none.

    Parameters
    ----------
    study : Study
        Of a locked cut.
    made : Path or None
        Numbers of its last run, which later code may have made otherwise; else the published ones.
    """
    assert study.lock is not None
    for path in (made, study.reports / "estimates.csv"):
        if path is not None and path.is_file() and hash_file(path) == study.lock.estimates:
            return path
    return None


def _published_datasets(old: Study, notes: list[str]) -> Datasets | None:
    """Datasets of the old cut as they were published, where they still lie there."""
    from analysis.reporting.dataset_files import DatasetFiles

    held = read_json(old.reports / "manifest.json").get("derived", {})
    if held and old.derived.is_dir() and hash_folder(old.derived) == held:
        return DatasetFiles(old.derived)
    notes.append(
        f"The datasets of {old.cut.cut} as published are not there: patients who moved by a change "
        "of code alone are not told."
    )
    return None


def _finished(new: Study, project: Project) -> pd.DataFrame | None:
    """Numbers of the new cut where its last run is up to date."""
    path, current = staleness.last_numbers(new, project)
    return read_estimates(path) if path is not None and current else None


_LOCKED = "The old numbers are the locked ones of {0}."
_LOCKED_AWAY = (
    "{0} is locked, and its locked numbers are neither in reports/{0} nor made by today's code: a "
    "change of code is not told apart; `registry replay {0} --at-commit` makes them again."
)
_STATES = ("code", "rules", "corrections", "follow_up", "new_patients")
_TURNED = ("corrections", "follow_up", "new_patients")


def _hybrids(
    old: _Old,
    new: Study,
    later: Received,
    finished: pd.DataFrame | None,
    only: tuple[str, ...] | None,
) -> dict[str, Hybrid]:
    """The states between two cuts; starred: under the old rules, for the other orders."""
    before = previous_findings(new.root, old.study)
    of_old = findings_as_text(found(old.readable, old.study.cut, old.study.rules))
    cutoff = pd.Timestamp(old.study.cut.clinical_cutoff)
    known = later.of(known_by(later.extracts, cutoff))
    at_old = new.cut.model_copy(update={"clinical_cutoff": old.study.cut.clinical_cutoff})
    hybrids: dict[str, Hybrid] = {}

    def plan(name: str, what: Received, cut: Cut, rules: Rules, numbers: bool = True) -> None:
        is_old = what is old.under_own or what is old.under_new
        previous = before if is_old else of_old
        hybrids[name] = Hybrid(what, cut, rules, new.sap, previous, only, numbers)

    if old.under_own is not None:
        plan("code", old.under_own, old.study.cut, old.study.rules, not old.current)
    same_rules = old.study.rules == new.rules
    if old.under_new is not None and not (same_rules and "code" in hybrids):
        plan("rules", old.under_new, old.study.cut, new.rules)
    plan("corrections", known, at_old, new.rules)
    plan("follow_up", known, new.cut, new.rules)
    plan("new_patients", later, new.cut, new.rules, finished is None)
    if {"code", "rules"} <= set(hybrids):
        wanted = tuple(dict.fromkeys(headline.output_id for headline in HEADLINES))
        wanted = wanted if only is None else tuple(name for name in wanted if name in only)
        for name in _TURNED:
            other = replace(hybrids[name], rules=old.study.rules, only=wanted, numbers=True)
            hybrids[f"{name}*"] = other
    return hybrids


def changes_between(
    root: Path,
    old_cut: str,
    new_cut: str,
    *,
    processes: int = 1,
    outputs: tuple[str, ...] | None = None,
    project: Project | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> Changes:
    """Compare two cuts of a study.

    Parameters
    ----------
    root : Path
        Study folder.
    old_cut, new_cut : str
        An earlier cut and a later one.
    processes : int
        How many states are derived at once.
    outputs : tuple of str, optional
        Ids of the outputs whose numbers are compared; by default all that have a notebook.
    project : Project, optional
        The code that compares; by default the installed project.
    tell : callable
        Told what is being done.

    Raises
    ------
    ParameterError
        If a cut is not declared, or the first is not the earlier one.
    InputError
        If the extracts of either have errors.
    """
    project = project or Project.installed()
    new, old_study = read_study(root, new_cut), read_study(root, old_cut)
    refuse_wrong_order(old_study, new)
    later, wrong = read_cut_extracts(new, new.rules, new_cut)
    if wrong:
        raise InputError(wrong)
    old = _old(old_study, new, project)
    cutoff = pd.Timestamp(old_study.cut.clinical_cutoff)
    records = record_changes(old.readable.extracts, later.extracts, cutoff)
    finished = _finished(new, project)
    if outputs is not None:
        old = replace(old, published=_only(old.published, outputs))
        finished = _only(finished, outputs)
    hybrids = _hybrids(old, new, later, finished, outputs)
    tell(f"{counted(len(hybrids), 'state')} between {old_cut} and {new_cut} are derived")
    made = derive_all(hybrids, processes)
    numbers = _numbers(old, made, finished)
    estimates = split_estimates(numbers)
    notes = list(old.notes)
    if outputs is None:  # of some numbers nobody knows the hash
        notes = [*_said_of_the_lock(old, numbers), *notes]
    shares = _empty(SHARE_COLUMNS)
    if "corrections*" in made:
        pairs = [(numbers["rules"], numbers["code"])]
        pairs += [(numbers[name], made[f"{name}*"][1]) for name in _TURNED]
        shares = share_of_rules(pairs, headline_rows(estimates))
        notes.append(
            "The change of rules could stand at four places of the order; its smallest and largest "
            "share of each headline number stand beside it. The new extract at the old cutoff "
            "knows more than was known then."
        )
    states: dict[str, Datasets] = {} if old.datasets is None else {"published": old.datasets}
    states |= {name: made[name][0].datasets for name in _STATES if name in made}
    cutoffs = (cutoff, pd.Timestamp(new.cut.clinical_cutoff))
    moved = movers(states, later.extracts, records, *cutoffs, _line_of_the_cutoff(new))
    base = states.get("rules") or states["code"]
    findings = [
        *broken_invariants(base, states["corrections"]),
        *changed_without_errata(old_study, records),
    ]
    notes.append(_rows_by_kind(records))
    return Changes(
        old_cut,
        new_cut,
        _text(records),
        estimates,
        _text(moved),
        shares,
        tuple(sentences(estimates, moved, records)),
        tuple(findings),
        tuple(notes),
    )


def _only(numbers: pd.DataFrame | None, outputs: tuple[str, ...]) -> pd.DataFrame | None:
    """Numbers of some outputs."""
    return None if numbers is None else numbers[numbers["output_id"].isin(outputs)]


def _numbers(
    old: _Old, made: dict[str, tuple], finished: pd.DataFrame | None
) -> dict[str, pd.DataFrame | None]:
    """Numbers of each state; None where it could not be made."""
    numbers: dict[str, pd.DataFrame | None] = {
        name: made[name][1] if name in made else None for name in _STATES
    }
    if finished is not None:
        numbers["new_patients"] = finished
    if old.current and "code" in made:
        numbers["code"] = old.published
    if "rules" not in made and old.under_new is not None:
        numbers["rules"] = numbers["code"]
    first = old.published
    if first is None:
        first = numbers["code"] if numbers["code"] is not None else numbers["rules"]
    return {"published": first, **numbers}


def _said_of_the_lock(old: _Old, numbers: dict[str, pd.DataFrame | None]) -> list[str]:
    """Of a locked cut whose report is not there: whether today's code makes the locked numbers."""
    lock, name = old.study.lock, old.study.cut.cut
    if lock is None or old.published is not None:
        return []
    code = numbers["code"]
    same = code is not None and _hash_as_written(code) == lock.estimates
    return [(_LOCKED if same else _LOCKED_AWAY).format(name)]


def _hash_as_written(estimates: pd.DataFrame) -> str:
    """SHA-256 that the file of these numbers would have."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ESTIMATES
        write_csv(estimates, path)
        return hash_file(path)


def _line_of_the_cutoff(study: Study) -> tuple[str, int]:
    path = study.root / "params" / "cuts" / f"{study.cut.cut}.yaml"
    line = read_yaml(path).line_of(("clinical_cutoff",))
    return path.relative_to(study.root).as_posix(), line


def _rows_by_kind(records: pd.DataFrame) -> str:
    by_kind = records["part"].value_counts()
    kinds = (
        ("corrected", "of rows known at the earlier cutoff"),
        ("late", "entered late"),
        ("deleted", "deleted"),
    )
    said = [f"{counted(int(by_kind.get(part, 0)), 'change')} {words}" for part, words in kinds]
    return f"Corrections and late entry: {', '.join(said)}."


def _text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), "").astype(str)


def previous_findings(root: Path, study: Study) -> pd.DataFrame | None:
    """Findings of the cut before this one under today's code; None where there is none."""
    name = study.cut.previous
    if name is None or name not in list_cuts(root):
        return None
    before = read_study(root, name)
    if not before.raw.is_dir():
        return None
    return findings_as_text(cut_findings(before))


def cut_findings(study: Study) -> Findings:
    """Findings of the extracts of a cut under its rules, whatever their severity.

    Raises
    ------
    LockedError
        If the cut is locked and its extracts are not those frozen.
    """
    if study.lock is not None:
        study.lock.refuse_changed_raw(study.root)
    wanted = study.rules.extracts.columns_of(study.cut.cut)
    extracts, read = read_extracts(study.raw, wanted)
    return found(Received(extracts, read), study.cut, study.rules)


def changed_without_errata(old: Study, records: pd.DataFrame) -> list[str]:
    """Rows of a locked cut that read otherwise now, and of which no erratum says so.

    Parameters
    ----------
    old : Study
        The earlier cut; nothing is said of one that is not locked.
    records : DataFrame
        What `record_changes` gives.
    """
    if old.lock is None:
        return []
    known = errata_of(old.root, old.cut.cut)
    said = []
    touched = records[records["part"].isin(["corrected", "deleted"])]
    file = f"params/cuts/{old.cut.cut}.errata.yaml"
    for row in touched.to_dict("records"):
        if any(erratum.concerns(row["table"], row["key"]) for erratum in known):
            continue
        what = f", {row['column']} was {row['old']!r}, is {row['new']!r}" if row["column"] else ""
        said.append(
            f"{row['source_file']}, {row['key']}: {row['change']} since the locked "
            f"{old.cut.cut}{what}; {file} has no line on it."
        )
    return said


_PROCESSES = 2


def compare_and_write(
    root: Path, old: str, new: str, tell: Callable[[str], object]
) -> tuple[Changes, Path]:
    """Compare two cuts, and write the files beside the report of the later one: whole or not.

    Parameters
    ----------
    root : Path
        Study folder.
    old, new : str
        An earlier cut and a later one.
    tell : callable
        Told what is being done, and who is waited for.

    Returns
    -------
    changes : Changes
    folder : Path
        ``changes`` for the previous cut, ``changes-since-<OLD>`` for another one.
    """
    study = read_study(root, new)
    name = "changes" if study.cut.previous == old else f"changes-since-{old}"
    with study_lock(root, f"registry diff {old} {new}", tell=tell):
        changes = changes_between(root, old, new, processes=_PROCESSES, tell=tell)
        target = study.reports / name
        target.parent.mkdir(parents=True, exist_ok=True)
        built = aside(target)
        built.mkdir(exist_ok=True)
        changes.write(built)
        put_in_place(built, target)
    return changes, target


def changes_of(study: Study, project: Project | None = None) -> Changes:
    """What changed since the previous cut of a study; says why where it cannot be told."""
    name, previous = study.cut.cut, study.cut.previous
    if previous is None:
        return without_previous(name, f"{name} is the first cut: there is no earlier one.")
    if previous not in list_cuts(study.root):
        return without_previous(
            name,
            f"The previous cut {previous} is not declared in params/cuts: nothing is compared.",
        )
    try:
        return changes_between(study.root, previous, name, project=project)
    except (InputError, ParameterError) as error:
        said = str(error).replace(f"{study.root}/", "")
        return without_previous(name, f"Not compared with {previous}: {said}.")
