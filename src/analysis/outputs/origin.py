"""Of which cut datasets are, and by which rules they were derived: an output takes no others.

Rules decide twice: when datasets are derived, and when an output counts them. Were the two
different, a table would show numbers that no plan describes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.datasets import Datasets
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.params import Rules

if TYPE_CHECKING:
    import pandas as pd

Rows = TypeVar("Rows", bound=EstimateRows | Listing)
_NAMED = 5


@dataclass(frozen=True)
class Origin:
    """Where the datasets of an opened cut come from.

    Attributes
    ----------
    cut : str
        Like ``DC04``.
    rules : Rules
        Those by which they were derived.
    label : str
        What is said above numbers made of them.
    """

    cut: str
    rules: Rules = field(repr=False)
    label: str = field(default="", compare=False)


class DatasetsOf(dict[str, "pd.DataFrame"]):
    """Datasets in memory that know their origin."""

    def __init__(self, datasets: Datasets, origin: Origin | None) -> None:
        super().__init__(datasets)
        self.origin = origin


def differing(made: Rules, other: Rules) -> list[str]:
    """Rules that differ, in words: ``response.confirm_days is 84, not 28``."""
    return list(_differences(made.model_dump(), other.model_dump(), ()))


def _differences(made: Any, other: Any, at: tuple[str, ...]) -> list[str]:
    if isinstance(made, Mapping) and isinstance(other, Mapping):
        names = [*made, *(name for name in other if name not in made)]
        pairs = [_differences(made.get(n), other.get(n), (*at, str(n))) for n in names]
        return [said for found in pairs for said in found]
    return [] if made == other else [f"{'.'.join(at)} is {made}, not {other}"]


def in_words(found: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(found) - _NAMED
    return "; ".join(found[:_NAMED]) + (f"; and {more} more" if more > 0 else "")


def origin_of(made: Any) -> Origin | None:
    """The origin of datasets, or of rows; None of those made by hand."""
    return getattr(made, "origin", None)


def of_one_origin(numbers: Callable[..., Rows]) -> Callable[..., Rows]:
    """Let a room make its rows only with the rules by which its datasets were derived.

    The rows keep the origin, so that no other cut shows them as its own. Datasets without an origin
    (a table of a test, a frame made by hand) are taken as they are.
    """

    @functools.wraps(numbers)
    def checked(data: Datasets, rules: Rules, **altered: Any) -> Rows:
        origin = origin_of(data)
        if origin is not None and origin.rules is not rules and origin.rules != rules:
            found = in_words(differing(rules, origin.rules))
            raise ParameterError(
                f"{numbers.__globals__['OUTPUT']}: made with rules other than those its datasets "
                f"of {origin.cut} were derived with ({found}); use "
                "study.what_if({...}) and the outputs of what it returns"
            )
        rows = numbers(data, rules, **altered)
        object.__setattr__(rows, "origin", origin)
        return rows

    return checked
