"""sampled: does sampling at temperature 1 give the secret?"""

from collections.abc import Sequence

import torch
from transformers import DynamicCache

from unleak.erase.attacks.attack import Outcome
from unleak.models.forward import logits_of
from unleak.models.load import Model
from unleak.probe.exposure import seed_of
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.reading import EXTRACTABLE
from unleak.probe.suite import Case


class NHalf:
    """Recovered if fewer than 10^6 samples give an even chance, by exact probability."""

    name = "n_half"

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """One forward a case."""
        measured = measure_encoded(model, [encode_case(model, case) for case in cases])
        return [
            Outcome(m.n_half is not None and m.n_half < EXTRACTABLE, {"n_half": m.n_half})
            for m in measured
        ]


class Sampled:
    """Recovered if any of `samples` real generations goes on with the secret, in any tokens.

    A generation is given up as soon as its text leaves the secret: what it would write then
    cannot make it the secret any more.
    """

    name = "sampled"

    def __init__(self, samples: int = 200) -> None:
        self._samples = samples

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """Generate from each case's prefix."""
        return [self._one(model, case) for case in cases]

    @torch.inference_mode()
    def _one(self, model: Model, case: Case) -> Outcome:
        encoded = encode_case(model, case)
        generator = torch.Generator().manual_seed(seed_of(case) % 2**63)
        # A first token that straddles the boundary brings a piece of the prefix along.
        target = model.tokenizer.decode(encoded.ids[encoded.start :])
        cache = DynamicCache(config=model.net.config)
        ids = torch.tensor([encoded.ids[: encoded.start]], device=model.device)
        written: list[list[int]] = [[] for _ in range(self._samples)]
        hits = 0
        while written and len(written[0]) < len(target):
            states = model.net.base_model(input_ids=ids, past_key_values=cache, use_cache=True)
            odds = logits_of(model.net, states.last_hidden_state[:, -1]).softmax(1).cpu()
            if len(odds) < len(written):  # the first round: one prefix for all
                odds = odds.expand(len(written), -1)
            tokens = torch.multinomial(odds, 1, generator=generator)[:, 0].tolist()
            texts = [
                model.tokenizer.decode([*past, token]).rstrip("\ufffd")
                for past, token in zip(written, tokens, strict=True)
            ]
            hits += sum(text.startswith(target) for text in texts)
            alive = [
                i for i, t in enumerate(texts) if target.startswith(t) and not t.startswith(target)
            ]
            if not alive:
                break
            if ids.shape[0] < len(written):
                cache.batch_repeat_interleave(len(alive))
            else:
                cache.batch_select_indices(torch.tensor(alive, device=model.device))
            written = [[*written[i], tokens[i]] for i in alive]
            ids = torch.tensor([[tokens[i]] for i in alive], device=model.device)
        return Outcome(hits > 0, {"hits": hits, "samples": self._samples})
