"""What every page says about itself: cut, dates, plan, code, extracts. Never the time of day."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.hashing import combine, files_below, hash_files
from analysis.reporting.project import Project
from analysis.sap import Study

SHORT = 12


@dataclass(frozen=True)
class Provenance:
    """The facts at the head and the foot of each page of one cut."""

    cut: str
    label: str
    clinical_cutoff: str
    snapshot_date: str
    sap_version: str
    commit: str
    commit_full: str
    extracts: str
    synthetic: bool

    @property
    def extracts_short(self) -> str:
        """The first digits of the hash of the extracts."""
        return self.extracts[:SHORT]


def extract_hashes(study_root: Path, cut: str) -> dict[str, str]:
    """Return the SHA-256 of each raw extract of a cut, by its path below the study folder.

    One that must not be read has none; the validation says so.
    """
    folder = study_root / "data" / "raw" / cut
    readable = [path for path in files_below(folder) if os.access(path, os.R_OK)]
    return hash_files(readable, study_root)


def hash_of_extracts(hashes: Mapping[str, str]) -> str:
    """Return one SHA-256 for all extracts of a cut, by file name and content."""
    return combine({Path(path).name: digest for path, digest in hashes.items()})


def provenance(study: Study, project: Project) -> Provenance:
    """Return what the pages of a cut say about themselves.

    Parameters
    ----------
    study : Study
        The study folder, opened for the cut.
    project : Project
        The code that makes the pages.

    Returns
    -------
    Provenance
    """
    cut = study.cut
    return Provenance(
        cut=cut.cut,
        label=cut.label,
        clinical_cutoff=cut.clinical_cutoff.isoformat(),
        snapshot_date=cut.snapshot_date.isoformat(),
        sap_version=cut.sap_version,
        commit=project.commit.short,
        commit_full=project.commit.sha or "",
        extracts=hash_of_extracts(extract_hashes(study.root, cut.cut)),
        synthetic=cut.synthetic,
    )
