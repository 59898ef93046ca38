"""An erase job: a new model without the leaks, verified; the report is the erasure JSON."""

from pathlib import Path
from typing import Any

from unleak.erase.attacks.attack import Outcome
from unleak.erase.erasure import erase as run
from unleak.service.messages import Task
from unleak.service.work.warm import Warm
from unleak.service.worker import Report


def erase(task: Task, report: Report, warm: Warm) -> dict[str, Any]:
    """The report, and the certificate if a model was written."""
    trust = bool(task.options.get("trust_remote_code"))

    def attacked(name: str, outcomes: list[Outcome]) -> None:
        hits = sum(bool(outcome.recovered) for outcome in outcomes)
        report.line(f"{name}: recovered {hits} of {len(outcomes)}")

    done = run(
        task.model,
        task.cases,
        Path(task.out),
        method=task.options["method"],
        depth=task.options["verify"],
        others=task.others,
        trust_remote_code=trust,
        progress=report,
        attacked=attacked,
        load_input=lambda spec: warm.take(spec, trust_remote_code=trust),
    )
    return {"report": done.report, "certificate": done.certificate, "digest": done.new_digest}
