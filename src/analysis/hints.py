"""What was meant by a name that is not known: a hint where a person would give one, else none.

A hint that does not help sends somebody the wrong way. HEART RATE INCREASED is near to Creatinine
increased by the share of equal letters, and to nothing by its words. Names are therefore compared
word by word: every word of the shorter name must be one of the longer, but for a slip, and at least
one of them must tell the known names apart (`increased` does not).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

_WORD = re.compile(r"[^\W_]+")
_MOST = 3  # more than so many equally near names help nobody
_GENERIC = 3  # a word of so many known names tells none of them apart
_LETTERS_A_SLIP, _MOST_SLIPS = 5, 2


def letters_apart(one: str, other: str, at_most: int, free: Collection[str] = ()) -> int:
    """Letters to replace, add, leave out or swap with their neighbour; `at_most` + 1 is enough.

    Letters in `free` are the same as any.
    """
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    before, row = None, list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            same = a == b or (a.isalpha() and b.isalpha() and (a in free or b in free))
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (not same))
            if last is not None and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]


def _words(name: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKD", name).casefold()
    return tuple(_WORD.findall("".join(c for c in text if not unicodedata.combining(c))))


def _slips(one: str, other: str) -> int | None:
    """Letters by which two words differ; None where these are too many for a slip of the pen."""
    length = min(len(one), len(other))
    most = 0 if length < 4 else min(max(1, length // _LETTERS_A_SLIP), _MOST_SLIPS)
    apart = letters_apart(one, other, most)
    return apart if apart <= most else None


def _distance(wrong: tuple[str, ...], known: tuple[str, ...], generic: set[str]) -> float | None:
    """How far two names are from each other, in letters; None where nobody would think of it.

    One word may be too many, if it tells nothing or two others agree.
    """
    whole = _slips("".join(wrong), "".join(known))
    joined_otherwise = len(wrong) != len(known) or len(wrong) == 1
    if whole is not None and (joined_otherwise or whole <= 1):
        return float(whole)
    shorter, longer = sorted((wrong, known), key=len)
    left, total, telling = list(longer), 0.0, False
    for word in shorter:
        slips = {other: n for other in left if (n := _slips(word, other)) is not None}
        if not slips:
            return None
        nearest = min(slips, key=slips.__getitem__)
        left.remove(nearest)
        total += slips[nearest]
        telling |= not {word, nearest} & generic
    beside = [word for word in left if word not in generic]
    if not telling or len(left) > 1 or (beside and len(shorter) < 2):
        return None
    return total + 3 * len(left)  # a word too many or too few is more than a slip


def nearest(wrong: str, known: Iterable[str]) -> list[str]:
    """The known names that somebody may have meant, at most three equally near ones, in order.

    Parameters
    ----------
    wrong : str
        A name that is not known.
    known : iterable of str

    Returns
    -------
    list of str
        Empty where none is near, or too many are.
    """
    names, generic = _split(tuple(dict.fromkeys(known)))
    mine = _words(wrong)
    distances = {name: _distance(mine, of, generic) for name, of in names.items()}
    apart = {name: distance for name, distance in distances.items() if distance is not None}
    least = min(apart.values(), default=None)
    found = [name for name, d in apart.items() if d == least]
    return found if len(found) <= _MOST else []


@functools.lru_cache(maxsize=200)
def _split(known: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Words of every known name, and the words that tell none of them apart."""
    names = {name: _words(name) for name in known}
    seen = Counter(word for of in names.values() for word in set(of))
    return names, {word for word, n in seen.items() if n >= _GENERIC}


def joined(names: Iterable[str]) -> str:
    """Names in a row, with an `or` before the last."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def was_meant(wrong: str, known: Iterable[str], quote: str = "'") -> str:
    """`; was 'this' or 'that' meant`, empty where nothing is near."""
    found = nearest(wrong, known)
    return f"; was {joined(f'{quote}{name}{quote}' for name in found)} meant" if found else ""
