"""`registry simulate`: a complete study folder of synthetic data, parameters included."""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis.errors import ParameterError


def write_synthetic_study(
    study: Path, out: Path, patients: int, seed: int, cuts: list[str], with_errors: bool
) -> list[str]:
    """Fill a new folder with a synthetic registry and the parameters to analyse it.

    Parameters
    ----------
    study : Path
        Study folder whose parameters are used.
    out : Path
        Folder to fill; new, or empty.
    patients, seed : int
        Size of the registry and seed of its generator.
    cuts : list of str
        Cuts to write.
    with_errors : bool
        Plant one of each kind of data error afterwards.

    Returns
    -------
    list of str
        What was written, line by line.

    Raises
    ------
    ParameterError
        If the folder holds something already.
    """
    from analysis.simulation import simulate

    out = out.expanduser().absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ParameterError(f"{out}: holds something already; name a new folder")
    folder = out / "params" / "cuts"
    folder.mkdir(parents=True)
    shutil.copyfile(study / "params" / "sap.yaml", out / "params" / "sap.yaml")
    for cut in cuts:
        shutil.copyfile(study / "params" / "cuts" / f"{cut}.yaml", folder / f"{cut}.yaml")
    simulate(out, patients=patients, seed=seed, cuts=cuts)
    lines = [f"{out}: {patients} synthetic patients, seed {seed}, cuts {', '.join(cuts)}"]
    if with_errors:
        from analysis.simulation import plant_errors

        lines += [str(planted) for planted in plant_errors(out, seed=seed, cuts=cuts) or ()]
    return lines
