"""What a user sees go wrong: one small hierarchy, each class with its exit status.

A message says what is wrong, where, and what would be right; it is shown without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.wording import counted


class RegistryError(Exception):
    """Base of every refusal: a message for people and an exit status.

    Attributes
    ----------
    exit_status : int
        1 findings or differences, 2 wrong use or refused by the machine, 3 a fault of ours.
    """

    exit_status = 3

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class InputError(RegistryError):
    """The extracts cannot be analysed: at least one finding of severity error."""

    exit_status = 1


class ParameterError(RegistryError):
    """Wrong use: a parameter, a cut or an option that does not exist or cannot be."""

    exit_status = 2


class LockedError(RegistryError):
    """A locked cut is not what was frozen: nothing is made of it, and what differs is named."""

    exit_status = 1


class MachineError(RegistryError):
    """The machine does not let us: a disk, a folder, a lock; the message says what to do."""

    exit_status = 2


class DerivationError(RegistryError):
    """A derivation refuses patients by name rather than drop or move them.

    Parameters
    ----------
    message : str
        What cannot be derived and why.
    patients : iterable of str, optional
        Who is concerned; the first ten are named in the message.
    """

    exit_status = 3
    named = 10

    def __init__(self, message: str, patients: Iterable[str] = ()) -> None:
        self.patients = tuple(sorted({str(patient) for patient in patients}))
        if self.patients:
            rest = len(self.patients) - self.named
            names = ", ".join(self.patients[: self.named])
            names += f" and {rest} more" if rest > 0 else ""
            message = f"{message} ({counted(len(self.patients), 'patient')}: {names})"
        super().__init__(message)
