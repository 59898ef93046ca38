"""A verify job: every attack of a depth on a model, anybody's."""

from typing import Any

from unleak.erase.attacks.attack import Outcome
from unleak.erase.utility import agreement, predictions
from unleak.erase.verify import not_run
from unleak.erase.verify import verify as run
from unleak.service.messages import Task
from unleak.service.work.warm import Warm
from unleak.service.worker import Report


def verify(task: Task, report: Report, warm: Warm) -> dict[str, Any]:
    """The verification JSON."""
    depth = task.options["verify"]
    report("load", 0.0)
    before = None
    if task.options.get("reference"):
        before = predictions(warm.load(task.options["reference"]))
    model = warm.take(task.model)
    report("verify", 0.0)

    def attacked(name: str, outcomes: list[Outcome]) -> None:
        report("verify", 0.0)  # where a cancelled job stops
        hits = sum(bool(outcome.recovered) for outcome in outcomes)
        report.line(f"{name}: recovered {hits} of {len(outcomes)}")

    utility: dict[str, Any] = {}
    results = run(model, task.cases, depth, attacked)
    if before:
        after = predictions(model)
        utility = {
            "perplexity_before": before.perplexity,
            "perplexity_after": after.perplexity,
            "top1_agreement": agreement(before, after),
            "tokens": after.tokens,
        }
    return {
        "schema": "unleak.verification/1",
        "model": {"name": task.model, "digest": model.digest},
        "depth": depth,
        "attacks_not_run": not_run(depth),
        "secrets": [
            {
                "id": case.id,
                "kind": case.kind,
                "fingerprint": case.secret.fingerprint,
                "recovered": any(outcome.recovered for outcome in result.values()),
                "attacks": {
                    name: {"recovered": outcome.recovered, **outcome.figures}
                    for name, outcome in result.items()
                },
            }
            for case, result in zip(task.cases, results, strict=True)
        ],
        "utility": utility,
    }
