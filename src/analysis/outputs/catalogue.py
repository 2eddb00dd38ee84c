"""Which room makes which planned output: id of ``params/sap.yaml`` -> module, imported when asked.

A module says which output it makes (``OUTPUT = "T14.2.4.1"``), and that is the map: there is no
list to forget. The tests hold it against the plan.

A room is one file: `numbers` makes the rows of estimates, `show` the tables and figures from them,
and nothing else decides what an output says.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Protocol

from analysis.datasets import Datasets
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.params import Rules

_FOLDER = Path(__file__).parent
_OUTPUT = re.compile(r'^OUTPUT = "([^"]+)"$', re.M)


def _declared() -> dict[str, str]:
    """Ids that the modules beside this one declare, read as text: none of them is imported."""
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob("*/*.py")):
        for output_id in _OUTPUT.findall(path.read_text(encoding="utf-8")):
            module = f"{path.parent.name}.{path.stem}"
            if output_id in found:
                raise ValueError(f"{output_id} is declared by {found[output_id]} and {module}")
            found[output_id] = module
    return found


#: Id of an output -> its module below ``analysis.outputs``.
MODULE_OF = _declared()


class OutputModule(Protocol):
    """What the module of an output holds.

    Attributes
    ----------
    OUTPUT : str
        Its id in the plan.
    NEEDS : tuple of str
        Raw tables without which it says nothing (`analysis.outputs.received`).
    """

    OUTPUT: str
    NEEDS: tuple[str, ...]

    def numbers(self, data: Datasets, rules: Rules) -> EstimateRows | Listing:
        """The rows of the output."""

    def show(self, rows: EstimateRows | Listing, rules: Rules) -> tuple:
        """Its tables, figures and sentences, in order."""


def module_of(output_id: str) -> OutputModule:
    """The module that makes an output.

    Raises
    ------
    ParameterError
        If there is none: the output is not produced yet, or no output of the plan.
    """
    if output_id not in MODULE_OF:
        raise ParameterError(
            f"no room makes the output '{output_id}'; see analysis.outputs.catalogue"
        )
    return importlib.import_module(f"analysis.outputs.{MODULE_OF[output_id]}")
