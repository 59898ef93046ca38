"""Proximal policy optimisation of a language model (Schulman et al., 2017; Ziegler et al., 2019).

Each rollout: continuations are sampled; their tokens are rewarded with -beta log(p / p_reference),
the last one with the negated similarity as well; advantages come from generalised advantage
estimation (Schulman et al., ICLR 2016) over a linear value head on the final hidden states; then
some epochs of steps on the clipped objective.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from unleak.erase.methods.part import Part
from unleak.erase.methods.similarity import Similarity
from unleak.erase.methods.texts import Text
from unleak.erase.methods.trainee import Trainee
from unleak.models.forward import empty_cache, logits_of

_CLIP = 0.2  # of the ratio of probabilities, and of the value's change
_VALUE = 0.1  # weight of the value's loss
_GAMMA, _LAMBDA = 1.0, 0.95  # of the advantages, as in trl
_HORIZON = 10_000  # of the controller of beta, in continuations, as in trl
_MOST = 0.2  # relative error that the controller reacts to, at most
_SEED = 29


@dataclass(frozen=True)
class Rollout:
    """Continuations, each a text whose `secret` marks what was written.

    For each entry there: log_p and values when it was written; advantages; returns.
    rewards, divergences: of each text.
    """

    texts: list[Text]
    log_p: dict[Text, Tensor]
    values: dict[Text, Tensor]
    advantages: dict[Text, Tensor]
    returns: dict[Text, Tensor]
    rewards: Tensor
    divergences: Tensor


class Ppo:
    """Improves a model on prompts; beta is adapted after each rollout."""

    def __init__(
        self,
        trainee: Trainee,
        similarity: Similarity,
        *,
        beta: float,
        target_kl: float,
        epochs: int,
    ) -> None:
        self.beta = beta
        self._trainee, self._similarity = trainee, similarity
        self._target, self._epochs = target_kl, epochs
        self._reference = trainee.reference()
        width = trainee.model.net.get_output_embeddings().weight.shape[1]
        self._head = nn.Linear(width, 1).to(trainee.model.device)
        nn.init.zeros_(self._head.weight)
        nn.init.zeros_(self._head.bias)
        trainee.train_also(self._head)
        self._written = 0
        self._generator = torch.Generator().manual_seed(_SEED)

    def update(self, prompts: Sequence[Text], times: int) -> Rollout:
        """One rollout of `times` continuations a prompt, and `epochs` steps on it."""
        rollout = self.rollout(prompts, times)
        for _ in range(self._epochs):
            self._trainee.step(
                rollout.texts, rollout.texts, lambda part, _: self.loss(part, rollout)
            )
        error = rollout.divergences.mean().item() / self._target - 1
        error = max(-_MOST, min(_MOST, error))
        self.beta *= 1 + error * len(rollout.texts) / _HORIZON
        return rollout

    def rollout(self, prompts: Sequence[Text], times: int) -> Rollout:
        """Sample, and judge what was sampled."""
        trainee = self._trainee
        with trainee.sampling():
            texts = [text for prompt in prompts for text in self._continued(prompt, times)]
        true = [prompt for prompt in prompts for _ in range(times)]
        decode = trainee.model.tokenizer.decode
        likeness = self._similarity(
            [decode(text.ids[text.start :]) for text in texts],
            [decode(text.ids[text.start : text.end]) for text in true],
        )
        with torch.no_grad():
            return self._judged(texts, likeness)

    def _judged(self, texts: list[Text], likeness: Sequence[float]) -> Rollout:
        log_p, values, divergence, advantages, returns = {}, {}, [], {}, {}
        for text, like in zip(texts, likeness, strict=True):
            part = self._trainee.part([text])
            where = part.secret
            log_p[text], values[text] = part.log_p(where), self._value(part)
            moved = log_p[text] - self._before(text)
            reward = -self.beta * moved
            reward[-1] -= like
            advantages[text] = _advantages(reward, values[text])
            returns[text] = advantages[text] + values[text]
            divergence.append(moved.sum())
        every = torch.cat(list(advantages.values()))
        mean, deviation = every.mean(), every.std().nan_to_num(1.0).clamp(min=1e-6)
        return Rollout(
            texts,
            log_p,
            values,
            {text: (a - mean) / deviation for text, a in advantages.items()},
            returns,
            -torch.tensor(likeness),
            torch.stack(divergence),
        )

    def loss(self, part: Part, rollout: Rollout) -> Tensor:
        """Clipped objective of the policy, and clipped squared error of the value."""

        def kept(of: dict[Text, Tensor]) -> Tensor:
            return torch.cat([of[text] for text in part.texts])

        where = part.secret
        ratio = (part.log_p(where) - kept(rollout.log_p)).exp()
        advantages, before = kept(rollout.advantages), kept(rollout.values)
        policy = torch.maximum(-advantages * ratio, -advantages * ratio.clamp(1 - _CLIP, 1 + _CLIP))
        value, returns = self._value(part), kept(rollout.returns)
        near = before + (value - before).clamp(-_CLIP, _CLIP)
        error = torch.maximum((value - returns).square(), (near - returns).square()) / 2
        return part.mean(policy + _VALUE * error, where)

    def _value(self, part: Part) -> Tensor:
        states = part.states[part.secret].to(self._head.weight.dtype)
        value: Tensor = self._head(states)[:, 0].float()
        return value

    def _continued(self, prompt: Text, times: int) -> list[Text]:
        """The prompt with sampled continuations as long as its own secret, which is all of it."""
        model = self._trainee.model
        new = torch.tensor([prompt.ids[: prompt.start]] * times, device=model.device)
        written = new
        cache = empty_cache(model.net)
        for _ in range(prompt.start, prompt.end):
            answer = model.net.base_model(input_ids=new, past_key_values=cache, use_cache=True)
            odds = logits_of(model.net, answer.last_hidden_state[:, -1]).softmax(1).cpu()
            new = torch.multinomial(odds, 1, generator=self._generator).to(model.device)
            written = torch.cat([written, new], 1)
        marks = tuple(i >= prompt.start for i in range(prompt.end))
        return [
            replace(prompt, ids=tuple(ids), secret=marks, random=marks, number=self._next())
            for ids in written.tolist()
        ]

    def _next(self) -> int:
        """A number of its own for each continuation: two may be alike."""
        self._written += 1
        return self._written

    def _before(self, text: Text) -> Tensor:
        """What the reference says of a continuation's tokens."""
        with self._reference() as net, self._trainee.arithmetic():
            ids = torch.tensor([text.ids], device=self._trainee.model.device)
            states = net.base_model(input_ids=ids, use_cache=False).last_hidden_state[0]
            part = Part(net, [text], states, None)
            return part.log_p(part.secret)


def _advantages(rewards: Tensor, values: Tensor) -> Tensor:
    """Generalised advantage estimates of one continuation (tokens,)."""
    found = torch.zeros_like(values)
    following = last = rewards.new_zeros(())
    for at in range(len(rewards) - 1, -1, -1):
        error = rewards[at] + _GAMMA * following - values[at]
        last = error + _GAMMA * _LAMBDA * last
        found[at], following = last, values[at]
    return found
