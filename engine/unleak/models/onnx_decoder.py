"""Greedy completions of an exported model through ONNX Runtime; needs no torch.

What `unleak.models.onnx_export` writes is read here. The cache of the last request stays: the next
one, a few characters further, costs its new tokens only.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unleak.core.errors import ModelError

GRAPH: Final = "model.onnx"
_LEAST_CONTEXT: Final = 64  # tokens

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, repr=False)
class Decoded:
    """A completion; `logprob` is the mean of its tokens' natural log-probabilities."""

    text: str
    tokens: int
    logprob: float


class Stopped(Exception):  # noqa: N818 - it is no error
    """Nobody waits for the completion any more."""


class OnnxDecoder:
    """One exported model, loaded. One request at a time: the cache is shared."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load it.

        Raises:
            ModelError: there is no exported model, or it cannot be loaded.
        """
        if not (folder / GRAPH).is_file():
            raise ModelError(
                f"{folder}: no {GRAPH} here; run: unleak models export-onnx --model "
                f"{folder} --out EXPORTED"
            )
        # Both are slow to import, and only who completes needs them.
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._net = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the two libraries have error classes of their own
            raise ModelError(
                f"{folder}: the exported model cannot be loaded ({type(error).__name__}); "
                "export it again"
            ) from None
        self._ends = _ends(config)
        self.context = int(config.get("max_position_embeddings") or 2048)
        self._caches = [i for i in self._net.get_inputs() if i.name != "ids"]
        self._outputs = [o.name for o in self._net.get_outputs()]
        self._lock = threading.Lock()
        self._ids: list[int] = []  # what the kept cache is of
        self._kept: dict[str, Floats] = self._empty()

    def complete(
        self, prefix: str, *, tokens: int = 64, stop: threading.Event | None = None
    ) -> Decoded:
        """What the model writes after `prefix`: at most `tokens` tokens, greedily.

        Args:
            prefix: its end counts, as much of it as the context holds.
            tokens: at most.
            stop: set by another thread when the completion is not wanted any more.

        Raises:
            Stopped: it was.
        """
        with self._lock:
            room = max(_LEAST_CONTEXT, self.context - tokens)
            asked = self._tokenizer.encode(prefix, add_special_tokens=False).ids[-room:]
            if not asked:
                return Decoded("", 0, 0.0)
            written: list[int] = []
            total = 0.0
            ids = self._resume(asked)
            while len(written) < tokens:
                if stop is not None and stop.is_set():
                    raise Stopped
                logits = self._step(ids)
                best = int(logits.argmax())
                if best in self._ends:
                    break
                total += float(logits[best] - _log_sum(logits))
                written.append(best)
                ids = [best]
            text = self._text(asked, written)
            return Decoded(text, len(written), total / max(1, len(written)))

    def _resume(self, asked: list[int]) -> list[int]:
        """Keep of the cache what the new request shares; the ids that are still to be read."""
        shared = 0
        for old, new in zip(self._ids, asked[:-1], strict=False):
            if old != new:
                break
            shared += 1
        self._ids = self._ids[:shared]
        self._kept = {name: cache[:, :shared] for name, cache in self._kept.items()}
        return asked[shared:]

    def _step(self, ids: list[int]) -> Floats:
        given = {"ids": np.array(ids, np.int64), **self._kept}
        answers = dict(zip(self._outputs, self._net.run(None, given), strict=True))
        self._ids += ids
        logits: Floats = answers.pop("logits")
        self._kept = {name.removeprefix("next_"): cache for name, cache in answers.items()}
        return logits

    def _empty(self) -> dict[str, Floats]:
        return {
            cache.name: np.zeros((cache.shape[0], 0, cache.shape[2]), np.float32)
            for cache in self._caches
        }

    def _text(self, asked: list[int], written: list[int]) -> str:
        # Decoding both keeps the space that some tokenizers drop at the start of a text.
        before = asked[-8:]
        whole: str = self._tokenizer.decode([*before, *written], skip_special_tokens=True)
        head: str = self._tokenizer.decode(before, skip_special_tokens=True)
        return whole[len(head) :] if whole.startswith(head) else self._tokenizer.decode(written)


def _log_sum(logits: Floats) -> float:
    top = float(logits.max())
    return top + float(np.log(np.exp(logits - top).sum()))


def _ends(config: dict[str, Any]) -> frozenset[int]:
    end = config.get("eos_token_id")
    return frozenset(end if isinstance(end, list) else () if end is None else (end,))
