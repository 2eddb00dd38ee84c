"""`registry`: the command line of the project.

Exit status: 0 done (warnings allowed), 1 at least one finding of severity error, or differences,
2 wrong use, or refused by the machine, 3 a fault of ours. What a command needs is imported inside
it, so that `derive` and `validate` start without notebooks and plot libraries.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.errors import ParameterError

DONE, DIFFERENCES, WRONG_USE, FAULT = 0, 1, 2, 3

app = typer.Typer(
    name="registry",
    help="Raw extracts of the registry to reviewed reports, one data cut at a time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"registry {version('precision-registry-analysis')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Raw extracts of the registry to reviewed reports, one data cut at a time."""


StudyOption = Annotated[
    Path,
    typer.Option("--study", metavar="DIR", help="Study folder: params/, data/, reports/."),
]
CutArgument = Annotated[str, typer.Argument(metavar="CUT", help="Data cut, like DC04.")]


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens, or the disk it goes to is full
        typer.echo(text, err=True)


def _explain(error: Exception, study: Path) -> int:
    """Say what went wrong; return the exit status."""
    from analysis.faults import in_plain_words, keep_traceback

    known = getattr(error, "exit_status", None)
    if known is not None:
        _say(f"{error}")
        return known
    if words := in_plain_words(error, study):
        _say(f"{words}.\nNothing that existed before was changed.")
        return WRONG_USE
    log = keep_traceback(error, study / "reports")
    _say(f"A fault of the program: {type(error).__name__}: {error}")
    where = f"The traceback is in {log}" if log else "No file for the traceback can be written"
    _say(f"{where}; nothing that existed before was changed.")
    return FAULT


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what a command returns or raises into an exit status and a short message."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            status = command(*args, **options)
        except KeyboardInterrupt:
            _say("Interrupted; what was there before is unchanged.")
            status = 130
        except (typer.Exit, BrokenPipeError):
            raise
        except Exception as error:
            status = _explain(error, Path(options["study"]).expanduser().absolute())
        raise typer.Exit(status)

    return run


def spelt(path: Path) -> Path:
    """Return the path of a study if every library can name it.

    Raises
    ------
    ParameterError
        If it is no text under the language settings of the machine.
    """
    spelling = sys.getfilesystemencoding()
    if spelling != "utf-8" and not str(path).isascii():
        raise ParameterError(
            f"{path}: a name with other than English letters cannot be read under the language "
            f"settings of this machine ({spelling}); set PYTHONUTF8=1, or LC_ALL=C.UTF-8"
        )
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise ParameterError(
            f"{path}: the name is not UTF-8; rename the folder, or name another with --study"
        ) from None
    return path


def study_folder(path: Path) -> Path:
    """Return the study folder as an absolute path.

    Raises
    ------
    ParameterError
        If it has no ``params/sap.yaml``, or declares no cut.
    """
    from analysis.cut_files import unread_files
    from analysis.params import list_cuts

    root = spelt(path.expanduser().absolute())
    if not (root / "params" / "sap.yaml").is_file():
        raise ParameterError(
            f"{path}: not a study folder, params/sap.yaml is missing; "
            "name one with --study, or change to one"
        )
    for sentence in unread_files(root):
        _say(sentence)
    if not list_cuts(root):
        raise ParameterError(
            f"{root / 'params' / 'cuts'}: no data cut is declared; "
            "a cut is a file like params/cuts/DC01.yaml"
        )
    return root


def checked_cuts(study: Path, names: list[str]) -> list[str]:
    """Return the named cuts, or all that are declared; each must exist and be readable.

    Raises
    ------
    ParameterError
        For a name that is no cut name or not declared (existing ones are listed), or a parameter
        file that is wrong (file, line and what would be right).
    """
    from analysis.params import list_cuts
    from analysis.sap import read_study

    chosen = list(dict.fromkeys(names)) or list_cuts(study)
    for name in chosen:
        read_study(study, name)
    return chosen


@app.command()
@guarded
def validate(cut: CutArgument, study: StudyOption = Path(".")) -> int:
    """Check the raw extracts of one cut; write every finding to findings.csv, and say where."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.datasets.build import validate_cut
    from analysis.reporting.lock import study_lock

    with study_lock(root, f"registry validate {cut}", tell=_say):
        result = validate_cut(root, cut)
    for line in result.summary:
        typer.echo(line)
    return result.exit_status


@app.command()
@guarded
def derive(cut: CutArgument, study: StudyOption = Path(".")) -> int:
    """Derive the analysis datasets of one cut from its raw extracts."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.reporting.lock import study_lock
    from analysis.reporting.staleness import derive_and_record

    with study_lock(root, f"registry derive {cut}", tell=_say):
        result = derive_and_record(root, cut)
    for line in result.summary:
        typer.echo(line)
    return result.exit_status


@app.command()
@guarded
def run(
    cuts: Annotated[
        list[str] | None, typer.Argument(metavar="[CUT]...", help="Data cuts; default: all.")
    ] = None,
    study: StudyOption = Path("."),
    cold_kernels: Annotated[
        bool, typer.Option("--cold-kernels", help="Ordinary kernels instead of forked ones.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, like tcp://host:8786."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at once; default: two a core.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Do everything again, changed or not.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="WHAT", help="A notebook, like s05_..., or an output id."),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(metavar="LIST", help="pdf,png,report.pdf,report.zip, beside docx,rtf,csv,svg"),
    ] = "",
) -> int:
    """Validate, derive, execute the notebooks, render and index: what changed, for the cuts."""
    root = study_folder(study)
    chosen = checked_cuts(root, cuts or [])
    from analysis.reporting.pipeline import Options, run_cuts
    from analysis.reporting.progress import reporter
    from analysis.reporting.workers import ALWAYS, FORMATS

    wanted = tuple(dict.fromkeys(filter(None, formats.replace(" ", "").split(","))))
    if unknown := [kind for kind in wanted if kind not in (*FORMATS, *ALWAYS)]:
        raise ParameterError(
            f"--formats {unknown[0]}: known are {', '.join((*ALWAYS, *FORMATS))}; "
            f"{', '.join(ALWAYS)} are always made"
        )
    options = Options(cold_kernels, scheduler, workers, force, tuple(only or ()), wanted)
    with reporter() as progress:
        status = run_cuts(root, chosen, options, progress)
    if (root / "reports" / "index.html").is_file():
        typer.echo(root / "reports" / "index.html")
    return status


@app.command()
@guarded
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Earlier data cut, like DC03.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Later data cut, like DC04.")],
    study: StudyOption = Path("."),
) -> int:
    """Say what changed between two cuts, and why; write records, movers and every number."""
    root = study_folder(study)
    checked_cuts(root, [old, new])
    from analysis.reporting.changes_between import compare_and_write

    changes, folder = compare_and_write(root, old, new, tell=_say)
    for line in (*changes.sentences, *changes.findings, *changes.notes):
        typer.echo(line)
    typer.echo(f"Written: {folder}")
    return DONE


@app.command()
@guarded
def freeze(cut: CutArgument, study: StudyOption = Path(".")) -> int:
    """Lock a cut: hash all it is made from and all that is made, chained to the previous lock."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.freezing.freeze import freeze_cut
    from analysis.reporting.progress import reporter

    with reporter() as progress:
        status, lines = freeze_cut(root, cut, progress)
    for line in lines:
        typer.echo(line)
    return status


@app.command()
@guarded
def replay(
    cut: CutArgument,
    at_commit: Annotated[
        bool, typer.Option("--at-commit", help="By the code of the lock's commit, from git.")
    ] = False,
    study: StudyOption = Path("."),
) -> int:
    """Make a locked cut again and hold it against its lock; exit status 1 on a difference."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.freezing.replay import replay_cut
    from analysis.reporting.progress import reporter

    with reporter() as progress:
        found = replay_cut(root, cut, progress, at_commit=at_commit)
    for line in (*found.differences, *found.notes):
        typer.echo(line)
    return DIFFERENCES if found.differences else DONE


@app.command()
@guarded
def restate(cut: CutArgument, study: StudyOption = Path(".")) -> int:
    """Today's rules and code on the data of a locked cut, beside it: what would differ."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.freezing.restate import restate_cut
    from analysis.reporting.progress import reporter

    with reporter() as progress:
        restated = restate_cut(root, cut, progress)
    for line in restated.lines:
        typer.echo(line)
    typer.echo(f"Written: {restated.folder}")
    return DONE


@app.command()
@guarded
def trace(
    cut: CutArgument,
    patient: Annotated[
        str | None, typer.Option(metavar="ID", help="The story of one patient, like P0017.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="PARAMCD", help="With --patient: PFS, OS, BOR, ...")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="ID", help="Who is counted in an output, like T14.2.1.1.")
    ] = None,
    analysis: Annotated[str | None, typer.Option(help="With --output: its analysis_id.")] = None,
    group: Annotated[str | None, typer.Option(help="With --output: its group.")] = None,
    visit: Annotated[str | None, typer.Option(help="With --output: a visit, like week_16.")] = None,
    parameter: Annotated[str | None, typer.Option(help="With --output: its parameter.")] = None,
    category: Annotated[str | None, typer.Option(help="With --output: its category.")] = None,
    number: Annotated[
        str | None, typer.Option(metavar="KEY", help="A row of estimates.csv, its key with bars.")
    ] = None,
    study: StudyOption = Path("."),
) -> int:
    """From a patient, a count or any number back to file, line, column and value."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    if sum(asked is not None for asked in (patient, output, number)) != 1:
        raise ParameterError("name one of --patient, --output and --number")
    from analysis.reporting.project import Project
    from analysis.reporting.staleness import derivation
    from analysis.tracing.answers import cell_lines, number_lines, patient_lines

    if reason := derivation(root, cut, Project.installed()).reason():
        _say(f"{cut}: its datasets are of before: {reason}; `registry run {cut}` makes them")
    if patient is not None:
        lines = patient_lines(root, cut, patient, endpoint)
    elif output is not None:
        cell = {
            "analysis_id": analysis,
            "group": group,
            "visit": visit,
            "parameter": parameter,
            "category": category,
        }
        lines = cell_lines(root, cut, output, cell)
    else:
        lines = number_lines(root, cut, str(number))
    for line in lines:
        typer.echo(line)
    return DONE


@app.command()
@guarded
def queries(
    cut: CutArgument,
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="One site, like S02; default: all.")
    ] = None,
    study: StudyOption = Path("."),
) -> int:
    """Questions to the sites: a workbook and a CSV each, new, open or resolved."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.queries.run import write_queries

    for line in write_queries(root, cut, site, tell=_say):
        typer.echo(line)
    return DONE


@app.command()
@guarded
def simulate(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to fill; must be new.")],
    patients: Annotated[int, typer.Option(min=1, help="Number of patients.")] = 120,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the generator.")] = 20211101,
    cuts: Annotated[
        str, typer.Option(metavar="CUT,CUT", help="Cuts to write, in order of time.")
    ] = "DC01,DC02,DC03,DC04",
    clean: Annotated[
        bool, typer.Option("--clean", help="Nobody mistaken, nothing late or partial.")
    ] = False,
    routine: Annotated[
        bool,
        typer.Option("--routine", help="Follow-up as in routine care: silence, late deaths."),
    ] = False,
    plant_errors: Annotated[
        bool, typer.Option("--plant-errors", help="Plant one of each kind of data error.")
    ] = False,
    study: StudyOption = Path("."),
) -> int:
    """Write a synthetic registry with known truth to OUT: a complete study folder."""
    from analysis.reporting.progress import reporter
    from analysis.reporting.synthetic import Wanted, write_synthetic_study

    names = tuple(name.strip() for name in cuts.split(",") if name.strip())
    wanted = Wanted(patients, seed, names, clean, plant_errors, routine)
    with reporter() as progress:
        write_synthetic_study(
            study.expanduser().absolute(), spelt(out.expanduser().absolute()), wanted, progress
        )
    return DONE


@app.command()
@guarded
def export(
    cut: CutArgument,
    kind: Annotated[
        str, typer.Option("--as", metavar="KIND", help="dataset-json or ars.")
    ] = "dataset-json",
    study: StudyOption = Path("."),
) -> int:
    """Write datasets as Dataset-JSON, or estimates as an ARS reporting event."""
    root = study_folder(study)
    checked_cuts(root, [cut])
    from analysis.exporting.run import export_cut
    from analysis.reporting.progress import reporter

    with reporter() as progress:
        lines = export_cut(root, cut, kind, progress)
    for line in lines:
        typer.echo(line)
    return DONE


@app.command(name="import")
@guarded
def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="redcap or sdtm.")],
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="REDCap CSV, or folder of SDTM domains.")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="The mapping, a YAML.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Extracts to make, like data/raw/DC05."),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="FILE", help="Write a first mapping and import nothing."),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option("--dictionary", metavar="FILE", help="REDCap data dictionary, for a draft."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="DIR", help="Earlier import: patients keep numbers."),
    ] = None,
    study: StudyOption = Path("."),
) -> int:
    """Import a REDCap export or SDTM domains as the extracts of a cut; nothing is invented."""
    from analysis.importing.draft import write_draft
    from analysis.importing.run import KINDS, import_source

    if kind not in KINDS:
        raise ParameterError(f"'{kind}' cannot be imported; known are {' and '.join(KINDS)}")
    if draft is not None:
        lines = write_draft(kind, source, spelt(draft), dictionary)
    elif mapping is None or out is None:
        raise ParameterError("name the mapping with --map and the folder with --out, or --draft")
    else:
        lines = import_source(kind, source, mapping, spelt(out.expanduser().absolute()), previous)
    for line in lines:
        typer.echo(line)
    return DONE


@app.command()
@guarded
def new(
    folder: Annotated[Path, typer.Argument(metavar="STUDY", help="Folder to make; must be new.")],
    study: StudyOption = Path("."),
) -> int:
    """Make a study folder: the plan, a first cut, extracts with their headers only."""
    from analysis.importing.new_study import new_study

    for line in new_study(spelt(folder.expanduser().absolute())):
        typer.echo(line)
    return DONE


@app.command()
@guarded
def status(
    short: Annotated[
        bool, typer.Option("--short", help="A line per cut; exit status 1 where one is stale.")
    ] = False,
    study: StudyOption = Path("."),
) -> int:
    """List the cuts: what is up to date, what is stale, and why."""
    root = study_folder(study)
    from analysis.reporting.staleness import short_status, status_lines

    if short:
        states = short_status(root)
        for cut, reason in states.items():
            typer.echo(f"{cut}  {'stale: ' + reason if reason else 'up to date'}")
        return DIFFERENCES if any(states.values()) else DONE
    for line in status_lines(root):
        typer.echo(line)
    return DONE


def main() -> None:
    """Run the command line."""
    # Imports and frames make hundreds of thousands of objects that live to the end; to look through
    # them as often as is usual would be a tenth of a short command.
    gc.set_threshold(50_000, 20, 100)
    try:
        app()
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)


if __name__ == "__main__":
    main()
