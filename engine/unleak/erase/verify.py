"""Verify: attack a model, and say what was not tried."""

from collections.abc import Callable, Sequence
from functools import partial

from unleak.core.errors import UsageError
from unleak.erase.attacks.attack import Attack, Outcome
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.difference import Difference
from unleak.erase.attacks.exposed import Exposed
from unleak.erase.attacks.greedy import Greedy
from unleak.erase.attacks.indirect import Indirect
from unleak.erase.attacks.quantised import Quantised
from unleak.erase.attacks.relearned import Relearned
from unleak.erase.attacks.sampled import NHalf, Sampled
from unleak.models.load import Model
from unleak.probe.suite import Case

DEPTHS = ("standard", "full")
# Every attack there is, cheapest first.
NAMES = (
    "greedy", "n_half", "contexts", "int8", "int4", "exposure", "sampled", "bf16", "nf4",
    "indirect", "relearned", "diff-inspection",
)  # fmt: skip
_STANDARD = frozenset(("greedy", "n_half", "contexts", "int8", "int4", "exposure"))


def attacks(depth: str, names: Sequence[str] = (), reference: Model | None = None) -> list[Attack]:
    """The attacks of a depth, or those that are named, cheapest first.

    Args:
        depth: `standard` or `full`; `full` also tries real generations of quantised models.
        names: if any, only these, whatever the depth holds.
        reference: the model before the erasure; only with it the difference can be inspected.

    Raises:
        UsageError: there is no such depth or attack, or it needs a reference.
    """
    if depth not in DEPTHS:
        raise UsageError(f"--verify {depth}: choose one of {', '.join(DEPTHS)}")
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise UsageError(f"--attack {unknown[0]}: choose of {', '.join(NAMES)}")
    if "diff-inspection" in names and reference is None:
        raise UsageError("--attack diff-inspection needs --reference, the model before the erasure")
    full = depth == "full"
    every: list[Attack] = [
        Greedy(), NHalf(), Contexts(), Quantised("int8", full), Quantised("int4", full), Exposed(),
        Sampled(), Quantised("bf16", full), Quantised("nf4", full), Indirect(), Relearned(),
    ]  # fmt: skip
    if reference is not None:
        every.append(Difference(reference))
    chosen = set(names) or (set(NAMES) if full else _STANDARD)
    return [attack for attack in every if attack.name in chosen]


def not_run(depth: str, names: Sequence[str] = (), reference: Model | None = None) -> list[str]:
    """Names of the attacks that such a run leaves out."""
    run = {attack.name for attack in attacks(depth, names, reference)}
    return [name for name in NAMES if name not in run]


def verify(
    model: Model,
    cases: Sequence[Case],
    depth: str = "standard",
    report: Callable[[str, list[Outcome]], None] = lambda _, __: None,
    *,
    names: Sequence[str] = (),
    reference: Model | None = None,
    progress: Callable[[str, float], None] = lambda _, __: None,
) -> list[dict[str, Outcome]]:
    """Run attacks on every case.

    Args:
        model: the model as it is loaded from its files.
        cases: the erased secrets, in their original contexts.
        depth, names, reference: which, as `attacks` takes them.
        report: called after each attack with its name and outcomes.
        progress: called with the running attack's stage (`attack NAME`) and the share of it done.

    Returns:
        For each case its outcomes by attack.
    """
    results: list[dict[str, Outcome]] = [{} for _ in cases]
    for attack in attacks(depth, names, reference):
        stage = f"attack {attack.name}"
        progress(stage, 0.0)
        outcomes = attack.run(model, cases, partial(progress, stage))
        for result, outcome in zip(results, outcomes, strict=True):
            result[attack.name] = outcome
        report(attack.name, outcomes)
    return results


def recovered(outcomes: dict[str, Outcome]) -> list[str]:
    """Names of the attacks that a secret did not withstand, of those that count."""
    return [
        name
        for name, outcome in outcomes.items()
        if outcome.recovered and outcome.figures.get("required", True)
    ]
