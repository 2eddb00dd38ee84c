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

    def begin(self, name: str, at_once: int = 1) -> None:
        """Say that a step waits for its turn; so many of those that wait are worked on."""

    def step(self, doing: str, name: str = "") -> None:
        """Say that one step is done, and which; `name` as it was begun."""


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

    def begin(self, name: str, at_once: int = 1) -> None:
        """Print nothing: a log says what was done."""

    def step(self, doing: str, name: str = "") -> None:
        """Print which step is done."""
        self.done += 1
        self.say(f"[{self.done}/{self.total}] {doing}")


class TerminalProgress:
    """A bar that names what runs, with the time it has taken and may take still."""

    def __init__(self, bars: Any, task: Any) -> None:
        self.bars, self.task = bars, task
        self.total = 0
        self._begun: list[str] = []
        self._at_once = 1

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self.bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def expect(self, steps: int) -> None:
        """Lengthen the bar."""
        self.total += steps
        self.bars.update(self.task, total=self.total)

    def begin(self, name: str, at_once: int = 1) -> None:
        """Name what runs: the first of those that were begun and are not done."""
        self._begun.append(name)
        self._at_once = at_once
        self.bars.update(self.task, description=self._running())

    def step(self, doing: str, name: str = "") -> None:
        """Move the bar; say what runs on, or what was done last."""
        if name in self._begun:
            self._begun.remove(name)
        self.bars.update(self.task, advance=1, description=self._running() or doing)

    def _running(self) -> str:
        return ", ".join(self._begun[: self._at_once])


@contextmanager
def reporter() -> Iterator[Progress]:
    """Yield the progress that suits where standard output goes."""
    if not sys.stdout.isatty():
        yield PlainProgress()
        return
    with bars_on() as bars:
        yield TerminalProgress(bars, bars.add_task("", total=0))


def bars_on(console: Any = None) -> Any:
    """The bar of a terminal: how far, how long, how much longer, and what runs."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Bars(*columns, transient=True, console=console)
