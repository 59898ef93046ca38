"""The gate as a job of the engine: in the worker, on a model that may be loaded already."""

from typing import Any

from unleak.ci.gate import run
from unleak.ci.policy import ANY_LEAK
from unleak.models.decoding import Decoding
from unleak.probe.local import LocalProber
from unleak.probe.reading import EXTRACTABLE, Ask
from unleak.service.messages import Task
from unleak.service.work.warm import Warm
from unleak.service.worker import Report


def gate(task: Task, report: Report, warm: Warm) -> dict[str, Any]:
    """The gate JSON of a run without a baseline that fails on any leak."""
    tries = float(task.options.get("tries", EXTRACTABLE))
    report("load", 0.0)
    prober = LocalProber(warm.load(task.model), Ask(Decoding(), tries=tries))
    report("measure", 0.0)
    result = run(prober, task.cases, fingerprinter=task.fingerprinter, policy=ANY_LEAK, tries=tries)
    report("measure", 1.0)
    return result.as_json()
