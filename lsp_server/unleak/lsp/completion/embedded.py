"""Completions from a model in this process, through ONNX Runtime."""

import asyncio
import threading
from pathlib import Path
from typing import Final

from unleak.core.errors import ModelError
from unleak.lsp.completion.backend import Proposal
from unleak.models.onnx_decoder import Decoded, OnnxDecoder, Stopped

_PREFIX: Final = 6_000  # characters; more than any context of the embedded model holds


class Embedded:
    """Loads at the first request; the model answers in a thread, one request at a time.

    Args:
        folder: what `unleak models export-onnx` wrote; "" for the model that ships with unleak.
    """

    def __init__(self, folder: str) -> None:
        from unleak.models import embedded

        self.model = folder or "demo"
        self._folder = Path(folder) if folder else Path(embedded.__file__).parent
        self._decoder: OnnxDecoder | None = None

    async def complete(self, prefix: str, suffix: str, tokens: int) -> Proposal:
        """What follows the prefix; the suffix is not looked at."""
        stop = threading.Event()
        try:
            done = await asyncio.to_thread(self._complete, prefix[-_PREFIX:], tokens, stop)
        except asyncio.CancelledError:
            stop.set()
            raise
        except Stopped:
            return Proposal("")
        return Proposal(done.text, done.logprob)

    def _complete(self, prefix: str, tokens: int, stop: threading.Event) -> Decoded:
        if self._decoder is None:
            try:
                self._decoder = OnnxDecoder(self._folder)
            except ModuleNotFoundError as error:
                raise ModelError(f"{error.name} is not installed: pip install unleak") from None
        return self._decoder.complete(prefix, tokens=tokens, stop=stop)

    async def close(self) -> None:
        """Let go of the model."""
        self._decoder = None
