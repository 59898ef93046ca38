"""How like the secret a continuation is, from 0 to 1: the reward of `demem`, negated."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from unleak.core.errors import ModelError, UsageError


class Similarity(Protocol):
    """Compares texts pairwise."""

    def __call__(self, written: Sequence[str], true: Sequence[str]) -> list[float]:
        """One number from 0 to 1 a pair."""
        ...


def bleu(written: Sequence[str], true: Sequence[str]) -> list[float]:
    """Sentence BLEU of characters (Papineni et al., ACL 2002; sacreBLEU, Post, WMT 2018).

    Characters, because most secrets are one word.

    Raises:
        UsageError: sacreBLEU is not installed.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError:
        raise UsageError(
            "--method demem needs sacreBLEU: pip install 'unleak[compare]', or give a BERT model "
            "with --setting bertscore=FOLDER"
        ) from None
    metric = BLEU(tokenize="char", effective_order=True)
    return [
        metric.sentence_score(one, [other]).score / 100
        for one, other in zip(written, true, strict=True)
    ]


class BertScore:
    """F1 of greedily matched token embeddings (Zhang et al., BERTScore, ICLR 2020, section 3).

    Without their idf weights and rescaling; embeddings are of the encoder's last layer.
    """

    def __init__(self, folder: str) -> None:
        """Raises ModelError if there is no encoder in the folder."""
        from transformers import AutoModel, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
            self._net: Any = AutoModel.from_pretrained(folder, use_safetensors=True).eval()
        except Exception as error:  # damaged files end in whatever class of error the parser has
            first = str(error).strip().split("\n")[0][:200]
            raise ModelError(f"--setting bertscore={folder}: cannot be loaded: {first}") from None

    @torch.inference_mode()
    def __call__(self, written: Sequence[str], true: Sequence[str]) -> list[float]:
        """One F1 a pair; 0 for an empty text."""
        return [
            self._f1(self._embedded(one), self._embedded(other))
            for one, other in zip(written, true, strict=True)
        ]

    def _embedded(self, text: str) -> Tensor:
        """(tokens, width) of length 1, without the special tokens."""
        answer = self._tokenizer(
            text, return_tensors="pt", truncation=True, return_special_tokens_mask=True
        )
        own = ~answer.pop("special_tokens_mask")[0].bool()
        states: Tensor = self._net(**answer).last_hidden_state[0][own]
        return torch.nn.functional.normalize(states, dim=1)

    @staticmethod
    def _f1(one: Tensor, other: Tensor) -> float:
        if not len(one) or not len(other):
            return 0.0
        cosine = one @ other.T
        precision, recall = cosine.amax(1).mean().item(), cosine.amax(0).mean().item()
        total = precision + recall
        return max(0.0, 2 * precision * recall / total) if total > 0 else 0.0
