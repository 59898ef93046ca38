"""What goes to the terminal: progress on standard error, results on standard output."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

STAGES = {
    "scan": "scanning the training data",
    "load": "loading the model",
    "measure": "measuring what it knows",
    "statistics": "measuring ordinary code (once per model)",
    "edit": "erasing",
    "again": "an attack succeeded: erasing again, with more force",
    "write": "writing the new model",
    "verify": "attacking the new model",
    "utility": "measuring ordinary code",
    "humaneval": "HumanEval, in a sandbox",
}


class Report(Protocol):
    """Called with a stage and the share of it that is done."""

    def __call__(self, stage: str, done: float) -> None:
        """Show it."""

    def line(self, text: str) -> None:
        """Print a line of the results while the display goes on."""


class _Quiet:
    def __call__(self, stage: str, done: float) -> None:
        pass

    def line(self, text: str) -> None:
        pass


class _Plain:
    """Lines, for a log."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last = ""

    def __call__(self, stage: str, done: float) -> None:
        if stage != self._last:
            self._last = stage
            seconds = time.monotonic() - self._started
            print(f"[{seconds:6.1f} s] {STAGES.get(stage, stage)}", file=sys.stderr)

    def line(self, text: str) -> None:
        out.print(text)


class _Live:
    """A bar that moves."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=1.0)
        self._last = ""

    def __call__(self, stage: str, done: float) -> None:
        if stage != self._last:
            self._last = stage
            self._bar.reset(self._task, description=STAGES.get(stage, stage))
            if stage == "again":
                self._bar.console.print(STAGES[stage])
        self._bar.update(self._task, completed=done, total=1.0 if done else None)

    def line(self, text: str) -> None:
        # What another console prints would tear the bar.
        (self._bar.console if out.is_terminal else out).print(text)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A live display on a terminal; plain lines elsewhere; nothing if quiet."""
    if quiet:
        yield _Quiet()
    elif err.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=err,
            transient=True,
            redirect_stdout=False,
        ) as bar:
            yield _Live(bar)
    else:
        yield _Plain()
