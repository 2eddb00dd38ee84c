"""Never stale in silence: whether an opened cut is still what its files, rules and code say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from html import escape
from typing import Any

from analysis.reporting.emission import show_html
from analysis.reporting.project import Project
from analysis.sap import Study

STALE_STYLE = "border:2px solid #b3261e;color:#b3261e;padding:4px 8px;font-weight:600"


def show_stale(said: str, changed: str, refresh: str) -> None:
    """Say in red that what follows is of before, why, and what to type."""
    text = (
        f"{said}: {changed} changed since it was opened; what follows is of before. "
        f"Refresh: {refresh}"
    )
    show_html(f'<p class="sentence" style="{STALE_STYLE}">{escape(text)}</p>')


def shell() -> Any:
    """The kernel's shell, in a notebook."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    running = get_ipython()
    return running if running is not None and hasattr(running, "kernel") else None


def cell_number() -> int:
    """Which cell is run; 0 outside of a notebook."""
    running = shell()
    return 0 if running is None else int(running.execution_count)


def key_of(study: Study) -> dict[str, str]:
    """What decides the datasets of a cut, by kind, as it is now."""
    from analysis.reporting.staleness import derivation

    return dict(derivation(study.root, study.cut.cut, Project.installed()).key)


def changed_since(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Kinds that changed, in words; nothing where none did."""
    from analysis.reporting.staleness import KINDS

    kinds = [kind for kind in now if before.get(kind) != now[kind]]
    return " and ".join(KINDS.get(kind, kind) for kind in kinds)
