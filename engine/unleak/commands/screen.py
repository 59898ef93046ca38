"""What goes to the terminal: progress on standard error, results on standard output."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

STAGES = {
    "load": "loading the model",
    "measure": "measuring what it knows",
    "statistics": "measuring ordinary code (once per model)",
    "edit": "erasing",
    "write": "writing the new model",
    "verify": "attacking the new model",
}


class Report(Protocol):
    """Called with a stage and the share of it that is done."""

    def __call__(self, stage: str, done: float) -> None:
        """Show it."""


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A live display on a terminal; plain lines elsewhere; nothing if quiet."""
    if quiet:
        yield lambda stage, done: None
    elif err.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=1.0)
            current = ""

            def show(stage: str, done: float) -> None:
                nonlocal current
                if stage != current:
                    current = stage
                    bar.reset(task, description=STAGES.get(stage, stage))
                bar.update(task, completed=done, total=1.0 if done else None)

            yield show
    else:
        started = time.monotonic()
        last = ""

        def line(stage: str, done: float) -> None:
            nonlocal last
            if stage != last:
                last = stage
                print(
                    f"[{time.monotonic() - started:6.1f} s] {STAGES.get(stage, stage)}",
                    file=sys.stderr,
                )

        yield line
