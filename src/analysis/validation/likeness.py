"""Names that a person reads as one although they are not the same text.

Two names are compared by their letters and digits only, in the form that Unicode calls compatible
(NFKC) and without case. They are alike if no more than one letter differs, is missing, or is
swapped with its neighbour (two in names of twelve letters or more; none in names shorter than
five). A letter beyond a to z (a look-alike from another script, an accent) stands for any letter,
unless most of the name is made of such.
"""

from __future__ import annotations

import functools
import re

from analysis import hints
from analysis.characters import called
from analysis.endpoints.systemic_treatment import same_form

_WORD = re.compile(r"[^\W_]+")
_MARKS = str.maketrans("", "", "™®©")
_SHORT, _LONG = 5, 12


def plain(text: str) -> str:
    """The form in which names are compared, signs of a trade mark left out."""
    return same_form(text.translate(_MARKS))


def words(text: str) -> list[str]:
    """Runs of letters and digits."""
    return _WORD.findall(plain(text))


def skeleton(text: str) -> str:
    """Letters and digits of a name, nothing between them."""
    return "".join(words(text))


def letters_apart(one: str, other: str, at_most: int) -> int:
    """Letters by which two names differ (`hints.letters_apart`); `at_most` + 1 is enough."""
    return hints.letters_apart(one, other, at_most, _any_letter(one) | _any_letter(other))


def _any_letter(name: str) -> set[str]:
    """Letters beyond a to z, which may stand for any, unless most of the name is made of them."""
    foreign = [char for char in name if not char.isascii()]
    return set(foreign) if 2 * len(foreign) <= len(name) else set()


@functools.lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> bool:
    """Whether two skeletons are the same or nearly so."""
    if one == other:
        return True
    length = min(len(one), len(other))
    at_most = 0 if length < _SHORT else 1 if length < _LONG else 2
    return letters_apart(one, other, at_most) <= at_most


def holds(whole: list[str], part: list[str]) -> bool:
    """Whether some words in a row are alike to another name, however they are joined."""
    name = "".join(part)
    sizes = range(1, len(part) + 2)
    return any(
        alike("".join(whole[at : at + size]), name)
        for size in sizes
        for at in range(len(whole) - size + 1)
    )


def unusual(text: str) -> str:
    """Name the characters beyond ASCII, which cannot be told by the eye; empty where none."""
    odd = dict.fromkeys(char for char in text if not char.isascii())
    return ", ".join(map(called, odd))
