"""A confirm job: did the model memorise each of the leaks?"""

from collections.abc import Sequence
from typing import Any

from unleak.probe.confirm import confirm as decide
from unleak.service.messages import Task
from unleak.service.work.warm import Warm
from unleak.service.worker import Report


def confirm(task: Task, report: Report, warm: Warm) -> dict[str, Any]:
    """The model's digest and, for each case, its evidence."""
    report("load", 0.0)
    model = warm.load(task.model, trust_remote_code=bool(task.options.get("trust_remote_code")))
    found: list[dict[str, Any]] = []
    cases: Sequence[Any] = task.cases
    for case in cases:
        report("measure", len(found) / len(cases))
        evidence = decide(model, case, own_completion=case.id in task.own, cases=len(cases))
        found.append(
            {
                "id": case.id,
                "kind": case.kind,
                "fingerprint": case.secret.fingerprint,
                **evidence.as_json(),
            }
        )
    return {
        "schema": "unleak.confirmation/1",
        "model": {"name": task.model, "digest": model.digest},
        "cases": found,
    }
