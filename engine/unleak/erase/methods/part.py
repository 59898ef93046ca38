"""What a loss reads of texts; logits exist only where it reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from unleak.erase.methods.texts import Text
from unleak.models.forward import logits_of

_ROWS = 256  # a vocabulary wide each


@dataclass(frozen=True)
class Remembered:
    """What is kept of the model as it was, for each text: a constant of the training.

    states: final hidden states that predict its tokens (tokens - 1, width). Its log-probabilities
    follow from them by one product with `head`, its output matrix then: as exact as kept
    log-probabilities, and smaller by vocabulary / width. log_p: of the true tokens (tokens - 1,).
    """

    head: Any
    states: dict[Text, Tensor]
    log_p: dict[Text, Tensor]


class Part:
    """Texts in a forward: each predicted token is an entry, text after text.

    targets, text, secret, random, level: (entries,) the true token, which text, and as in `Text`.
    states: (entries, width) final hidden states from which they are predicted.
    """

    def __init__(
        self, net: Any, texts: Sequence[Text], states: Tensor, remembered: Remembered | None
    ) -> None:
        """`states` are of all tokens of the texts, the first and the last of each too."""
        device = states.device
        self.texts = list(texts)
        self._net, self._remembered = net, remembered
        pieces = states.split([len(text.ids) for text in texts])
        self.states = torch.cat([piece[:-1] for piece in pieces]) if texts else states[:0]

        def joined(rows: Sequence[Sequence[Any]]) -> Tensor:
            return torch.tensor([value for row in rows for value in row[1:]], device=device)

        self.targets = joined([text.ids for text in texts]).long()
        self.text = joined([[i] * len(text.ids) for i, text in enumerate(texts)]).long()
        self.secret = joined([text.secret for text in texts]).bool()
        self.random = joined([text.random for text in texts]).bool()
        self.level = torch.tensor([text.level for text in texts], device=device)[self.text]
        # What was read so far, for whoever wants to know how far it is: nan where nothing was.
        self.seen = torch.full((len(self.targets),), torch.nan, device=device)
        self.right = torch.zeros_like(self.secret)

    @property
    def everything(self) -> Tensor:
        """(entries,) true."""
        return torch.ones_like(self.secret)

    def mean(self, values: Tensor, where: Tensor) -> Tensor:
        """Mean over texts of the mean over each one's entries at `where`.

        So a text weighs the same however long it is, and a term the same whatever the batch.
        values: one for each entry at `where`. Texts without any do not count.
        """
        text = self.text[where]
        count = torch.bincount(text, minlength=len(self.texts)).to(values)
        total = values.new_zeros(len(self.texts)).index_add(0, text, values)
        return (total / count.clamp(min=1)).sum() / (count > 0).sum().clamp(min=1)

    def summed(self, values: Tensor, where: Tensor) -> Tensor:
        """(texts,) the sum of each one's entries at `where`."""
        return values.new_zeros(len(self.texts)).index_add(0, self.text[where], values)

    def log_p(self, where: Tensor) -> Tensor:
        """Log-probabilities of the true tokens at `where`."""
        values, right = self._rows(self._true, self.states[where], self.targets[where])
        self.seen[where], self.right[where] = values.detach(), right
        return values

    def kl(self, where: Tensor) -> Tensor:
        """KL(reference || model) over the whole vocabulary at `where`, in nats."""
        kept = self._kept.states
        before = torch.cat([kept[text].to(self.states.device) for text in self.texts])[where]
        return self._rows(self._divergence, self.states[where], before)[0]

    def reference_log_p(self, where: Tensor) -> Tensor:
        """Log-probabilities of the true tokens at `where` in the reference."""
        kept = self._kept.log_p
        return torch.cat([kept[text].to(self.states.device) for text in self.texts])[where]

    @property
    def _kept(self) -> Remembered:
        if self._remembered is None:
            raise RuntimeError("this method did not ask for a reference")
        return self._remembered

    def _rows(
        self, work: Callable[..., tuple[Tensor, Tensor]], *tensors: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Apply `work` to some rows at a time; their logits are computed anew when they are due."""
        parts = zip(*(tensor.split(_ROWS) for tensor in tensors), strict=True)
        found = [checkpoint(work, *part, use_reentrant=False) for part in parts]
        first, second = zip(*found, strict=True) if found else ((), ())
        if not found:
            return self.states.new_zeros(0), self.secret.new_zeros(0)
        return torch.cat(first), torch.cat(second)

    def _true(self, states: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        logits = logits_of(self._net, states)
        own = logits.gather(1, targets[:, None])[:, 0]
        return own - logits.logsumexp(1), (logits.argmax(1) == targets).detach()

    def _divergence(self, states: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            reference = logits_of(self._net, before, self._kept.head).log_softmax(1)
        now = logits_of(self._net, states).log_softmax(1)
        return (reference.exp() * (reference - now)).sum(1), reference.new_zeros(len(states))
