"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: 0 patients, 1 patient, 2 patients.

    Parameters
    ----------
    number : int
    noun : str
        Of one.
    several : str
        Of more than one, where an s at the end does not make it.
    """
    return f"{number} {noun if number == 1 else several or f'{noun}s'}"
