"""Verify: attack a model, and say what was not tried."""

from collections.abc import Callable, Sequence

from unleak.core.errors import UsageError
from unleak.erase.attacks.attack import Attack, Outcome
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.exposed import Exposed
from unleak.erase.attacks.greedy import Greedy
from unleak.erase.attacks.quantised import Quantised
from unleak.erase.attacks.relearned import Relearned
from unleak.erase.attacks.sampled import NHalf, Sampled
from unleak.models.load import Model
from unleak.probe.suite import Case

DEPTHS = ("standard", "full")


def attacks(depth: str) -> list[Attack]:
    """The attacks of a depth, cheapest first.

    Raises:
        UsageError: there is no such depth.
    """
    if depth not in DEPTHS:
        raise UsageError(f"--verify {depth}: choose one of {', '.join(DEPTHS)}")
    chosen: list[Attack] = [
        Greedy(), NHalf(), Contexts(), Quantised(8), Quantised(4), Exposed()
    ]  # fmt: skip
    return [*chosen, Sampled(), Relearned()] if depth == "full" else chosen


# Attacks that the field knows and this version does not run.
UNTRIED = ("nf4", "indirect", "diff-inspection")


def not_run(depth: str) -> list[str]:
    """Names of the attacks that a depth leaves out."""
    run = {attack.name for attack in attacks(depth)}
    return [a.name for a in attacks("full") if a.name not in run] + list(UNTRIED)


def verify(
    model: Model,
    cases: Sequence[Case],
    depth: str = "standard",
    report: Callable[[str, list[Outcome]], None] = lambda _, __: None,
) -> list[dict[str, Outcome]]:
    """Run every attack of a depth on every case.

    Args:
        model: the model as it is loaded from its files.
        cases: the erased secrets, in their original contexts.
        depth: `standard` or `full`.
        report: called after each attack with its name and outcomes.

    Returns:
        For each case its outcomes by attack.
    """
    results: list[dict[str, Outcome]] = [{} for _ in cases]
    for attack in attacks(depth):
        outcomes = attack.run(model, cases)
        for result, outcome in zip(results, outcomes, strict=True):
            result[attack.name] = outcome
        report(attack.name, outcomes)
    return results
