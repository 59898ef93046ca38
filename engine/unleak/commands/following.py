"""A job of the engine, followed on the terminal."""

import os
from pathlib import Path

from rich.markup import escape

from unleak.commands.screen import Report
from unleak.service.contract import Engine, Job, JobState


def full(model: str | None) -> str | None:
    """A model as the engine understands it: a path that is one here becomes absolute."""
    return os.path.abspath(model) if model and Path(model).exists() else model


def followed(engine: Engine, job: Job, show: Report) -> Job:
    """The job once it is over; Ctrl-C cancels it."""
    told = ""

    def progress(now: Job) -> None:
        nonlocal told
        if now.state == JobState.RUNNING and now.stage:
            show(now.stage, now.done)
        if now.state == JobState.RUNNING and now.message != told:
            told = now.message
            show.line(f"  {escape(told)}")

    try:
        return engine.wait(job.id, progress)
    except KeyboardInterrupt:
        engine.cancel(job.id)
        engine.wait(job.id)
        raise
