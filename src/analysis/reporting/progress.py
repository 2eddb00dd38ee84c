"""What a person sees of a long run: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Progress(Protocol):
    """Where a run says how far it is."""

    def say(self, text: str) -> None:
        """Say something that stays."""

    def expect(self, steps: int) -> None:
        """Announce more steps."""

    def step(self, doing: str) -> None:
        """Say that one step is done, and which."""


class PlainProgress:
    """One line per step: for logs and pipes."""

    def __init__(self) -> None:
        self.total = self.done = 0

    def say(self, text: str) -> None:
        """Print a line at once."""
        print(text, flush=True)

    def expect(self, steps: int) -> None:
        """Announce more steps."""
        self.total += steps

    def step(self, doing: str) -> None:
        """Print which step is done."""
        self.done += 1
        self.say(f"[{self.done}/{self.total}] {doing}")


class TerminalProgress:
    """A bar with the last step beside it."""

    def __init__(self, bars: Any, task: Any) -> None:
        self.bars, self.task = bars, task
        self.total = 0

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self.bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def expect(self, steps: int) -> None:
        """Lengthen the bar."""
        self.total += steps
        self.bars.update(self.task, total=self.total)

    def step(self, doing: str) -> None:
        """Move the bar."""
        self.bars.update(self.task, advance=1, description=doing)


@contextmanager
def reporter() -> Iterator[Progress]:
    """Yield the progress that suits where standard output goes."""
    if not sys.stdout.isatty():
        yield PlainProgress()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bars(*columns, transient=True) as bars:
        yield TerminalProgress(bars, bars.add_task("", total=0))
