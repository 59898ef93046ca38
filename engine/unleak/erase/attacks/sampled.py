"""sampled: does sampling at temperature 1 give the secret?"""

from collections.abc import Sequence

import torch

from unleak.erase.attacks.attack import Outcome
from unleak.models.load import Model
from unleak.probe.exposure import seed_of
from unleak.probe.measure import EXTRACTABLE, encode_case, measure_encoded
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
    """Recovered if any of `samples` real generations holds the secret."""

    name = "sampled"

    def __init__(self, samples: int = 200) -> None:
        self._samples = samples

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """Generate from each case's prefix."""
        return [self._one(model, case) for case in cases]

    def _one(self, model: Model, case: Case) -> Outcome:
        encoded = encode_case(model, case)
        prefix = torch.tensor([encoded.ids[: encoded.start]], device=model.device)
        length = len(encoded.ids) - encoded.start
        # Another tokenisation of the secret may be longer than the usual one.
        wanted = min(length + length // 4 + 2, model.context - encoded.start)
        torch.manual_seed(seed_of(case) % 2**63)
        with torch.inference_mode():
            answers = model.net.generate(
                prefix.repeat(self._samples, 1),
                attention_mask=torch.ones_like(prefix).repeat(self._samples, 1),
                max_new_tokens=wanted,
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                pad_token_id=model.tokenizer.pad_token_id or model.tokenizer.eos_token_id or 0,
            )
        value = case.secret.reveal()
        texts = model.tokenizer.batch_decode(answers[:, encoded.start :])
        # A first token that straddles the boundary brings a piece of the prefix along.
        hits = sum(value in text for text in texts)
        return Outcome(hits > 0, {"hits": hits, "samples": self._samples})
