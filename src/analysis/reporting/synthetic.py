"""`registry simulate`: a complete study folder of synthetic data, parameters included."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ParameterError
from analysis.params import check_cut_name
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project
from analysis.wording import counted


@dataclass(frozen=True)
class Wanted:
    """The synthetic registry that is asked for."""

    patients: int
    seed: int
    cuts: tuple[str, ...]
    clean: bool
    plant_errors: bool
    routine: bool = False


def plan_to_copy(study: Path) -> Path:
    """Return the analysis plan that goes along: the study folder's, else the project's."""
    plan = Path("params") / "sap.yaml"
    return next(
        (
            folder / plan
            for folder in (study, Project.installed().root)
            if (folder / plan).is_file()
        ),
        study / plan,
    )


def write_synthetic_study(study: Path, out: Path, wanted: Wanted, progress: Progress) -> None:
    """Fill a new folder with a synthetic registry and the parameters to analyse it.

    Parameters
    ----------
    study : Path
        Study folder whose analysis plan is copied.
    out : Path
        Folder to fill; new, or empty.
    wanted : Wanted
        Size, seed, cuts, and whether errors are planted.
    progress : Progress
        Where to say how far it is.

    Raises
    ------
    ParameterError
        If the folder holds something already, or a cut is not one the simulation knows.
    """
    from analysis.simulation import simulate

    out = out.expanduser().absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ParameterError(f"{out}: holds something already; name a new folder")
    cuts = tuple(check_cut_name(cut) for cut in wanted.cuts)
    plan = plan_to_copy(study)
    try:
        simulate(
            out,
            wanted.patients,
            wanted.seed,
            cuts,
            clean=wanted.clean,
            as_in_routine=wanted.routine,
        )
    except ValueError as error:
        raise ParameterError(f"{error}") from None
    shutil.copyfile(plan, out / "params" / "sap.yaml")
    kind = "error-free synthetic" if wanted.clean else "synthetic"
    progress.say(
        f"{out}: {counted(wanted.patients, kind + ' patient')}, seed {wanted.seed}, "
        f"cuts {', '.join(cuts)}"
    )
    if wanted.plant_errors:
        from analysis.simulation.plant_errors import plant_into_study

        for planted in plant_into_study(out, wanted.seed, cuts):
            progress.say(f"  planted: {planted}")
