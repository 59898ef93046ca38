"""Ollama's own API, what its two endpoints share.

Reference: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import BLOCKED, Asked, Dialect, Json, Part, token_entries


class Ollama(Dialect):
    """A stream is NDJSON, and is what one gets who does not ask for anything else."""

    framing = "ndjson"

    def scrub(self, message: Json, choice: int) -> None:
        """`context` is the whole conversation as token ids; newer versions give probabilities."""
        message.pop("context", None)
        if "logprobs" in message:
            message["logprobs"] = None

    def blocked(self) -> Json:
        """Ollama's error, in a stream too."""
        return {"error": BLOCKED}

    def _part(self, text: str, message: Json, *path: str) -> Part:
        return Part(0, path, text, tokens=token_entries(message.get("logprobs")))


def streams(body: Json) -> bool:
    """Whether a request asks for a stream."""
    return body.get("stream") is not False


def options(max_tokens: int, temperature: float, stop: Sequence[str]) -> Json:
    """Ollama's names for them."""
    chosen: Json = {"num_predict": max_tokens, "temperature": temperature}
    if stop:
        chosen["stop"] = list(stop)
    return chosen


def asked(body: Json, model: str, prefix: str, suffix: str, further: tuple[str, ...]) -> Asked:
    """A request, with the default of `stream` that only Ollama has."""
    return Asked(model, prefix, suffix, further, streams(body))
