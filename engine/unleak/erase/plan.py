"""What an erasure would do, and about how long it would take here."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from unleak.erase.anatomy import anatomy
from unleak.erase.attempts import attempts, different
from unleak.erase.contexts import TRIED
from unleak.erase.methods.demem import DeMemorization
from unleak.erase.methods.registry import method_of
from unleak.erase.methods.texts import forget_texts
from unleak.erase.methods.training import Training
from unleak.erase.utility import TOKENS
from unleak.erase.verdicts import entry_of, known
from unleak.erase.verify import attacks, not_run
from unleak.models.corpus import code
from unleak.models.load import load
from unleak.probe.exposure import DECOYS
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case

_TIMED = 512  # tokens in a forward
_BACKWARD = 3.0  # forwards that a step costs: itself, and twice as much back
_TWIN_TOKENS = 200  # that an edit lays out beside a secret: made-up contexts and twins
_EDIT_ROUNDS = 3.0  # forwards' worth: the first is whole, the others compute few positions


@dataclass(frozen=True)
class Plan:
    """For people and as JSON.

    secrets: id and verdict so far. steps: what would be done, in order. tokens_per_second: of a
    forward, measured just now. seconds: by stage, estimated from it.
    """

    secrets: list[dict[str, Any]]
    steps: list[str]
    tokens_per_second: float
    seconds: dict[str, float]


def plan(
    spec: str,
    cases: Sequence[Case],
    *,
    method: str = "auto",
    settings: Mapping[str, str] | None = None,
    depth: str = "standard",
    trust_remote_code: bool = False,
) -> Plan:
    """Load and measure, but change and write nothing.

    Raises:
        UsageError, ModelError, SuiteError: as `erase` would.
    """
    how = method_of(method, settings or {})
    attacks(depth)
    started = time.perf_counter()
    model = load(spec, trust_remote_code=trust_remote_code)
    loading = time.perf_counter() - started
    started = time.perf_counter()
    asked = known(model, cases)
    measuring = time.perf_counter() - started
    chosen = [case for case, (_, knows) in zip(cases, asked, strict=True) if knows]
    text = code("held-out", 8 * _TIMED)
    ids = model.tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
    window = min(_TIMED, model.context)
    ids = ids[:, :window].to(model.device)
    with torch.inference_mode():
        model.net.base_model(input_ids=ids, use_cache=False)  # the first is slower
        started = time.perf_counter()
        model.net.base_model(input_ids=ids, use_cache=False).last_hidden_state.sum().item()
        rate = ids.numel() / (time.perf_counter() - started)
    lengths = [len(encode_case(model, case).ids) for case in chosen]
    listed = [entry_of(case, *one) for case, one in zip(cases, asked, strict=True)]
    seconds = {"load": loading, "measure": measuring}
    if not chosen:
        return Plan(listed, ["not change anything: it knows none of them"], rate, seconds)
    steps = [f"erase {len(chosen)} of {len(cases)} secrets, those that the model knows"]
    erasing = 0.0
    if isinstance(how, Training):
        texts = forget_texts(model, different(chosen), how.prefix_tokens, how.suffix_tokens)
        each = sum(len(text.ids) for text in texts)
        if how.uses_retain:
            each += len(texts) * how.retain_tokens
        if isinstance(how, DeMemorization):
            each = each * -(-how.rollouts // len(texts)) * (how.epochs + 2)
        groups = len(how.groups(len(texts)))
        steps.append(
            f"{method}: at most {how.steps * groups} steps, each of {each // groups:,} tokens"
        )
        erasing = how.steps * each * _BACKWARD / rate
    else:
        anatomy(model)  # says so if this model cannot be edited
        tried = attempts(method, how)
        each = sum(min(n, how.prefix_tokens) + _TWIN_TOKENS for n in lengths)
        steps.append("edit: change a few matrices in closed form")
        if len(tried) > 1:
            steps.append("edit again where an attack succeeds, with what it showed, at most twice; "
                         "then train low-rank adapters on a bounded loss")  # fmt: skip
        erasing = each * _EDIT_ROUNDS / rate
    steps.append(
        f"write the new model, and attack it by {', '.join(a.name for a in attacks(depth))}"
    )
    steps.append(f"not tried: {', '.join(not_run(depth))}")
    # Contexts in four precisions; decoys, whose prefix is computed once; two looks at utility.
    contexts = sum((len(TRIED) + 2) * (n + 40) for n in lengths)
    asking = 3 * contexts + sum(n + DECOYS * 40 for n in lengths) + 2 * TOKENS
    seconds["erase"] = erasing
    if depth == "standard":
        seconds["verify"] = asking / rate
    return Plan(listed, steps, rate, seconds)
