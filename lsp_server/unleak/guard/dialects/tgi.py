"""Text Generation Inference: /generate and /generate_stream.

Reference: https://huggingface.github.io/text-generation-inference/
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import (
    BLOCKED,
    Asked,
    Dialect,
    Json,
    Message,
    Part,
    Request,
    Token,
    text_of,
    token_entries,
)


class Tgi(Dialect):
    """`generated_text`; streams give `token.text`, and in the last event all of the text again."""

    name = "tgi"

    def speaks(self, path: str, body: Json) -> bool:
        """The root is another name of both: `stream` tells which is meant."""
        return path.endswith(("/generate", "/generate_stream", "/")) and "inputs" in body

    def asked(self, path: str, body: Json) -> Asked:
        """The server has one model, and no name for it in a request."""
        stream = path.endswith("/generate_stream") or body.get("stream") is True
        return Asked("", text_of(body, "inputs"), stream=stream)

    def read(self, message: Json) -> Message | None:
        """A special token (the end of the text) is in no text."""
        token = message.get("token")
        if isinstance(token, dict) and isinstance(token.get("text"), str):
            parts = []
            if token.get("special") is not True:
                parts.append(
                    Part(0, ("token", "text"), token["text"], tokens=token_entries([token], "text"))
                )
            ended = isinstance(whole := message.get("generated_text"), str)
            if isinstance(whole, str):
                parts.append(Part(0, ("generated_text",), whole, whole=True))
            return Message(tuple(parts), frozenset((0,) if ended else ()))
        if isinstance(text := message.get("generated_text"), str):
            own = Part(0, ("generated_text",), text, tokens=_tokens(message))
            return Message((own, *_further(message)), frozenset((0,)))
        return None

    def scrub(self, message: Json, choice: int) -> None:
        """Ids of tokens, their alternatives, and everything in `details`."""
        token = message.get("token")
        if isinstance(token, dict) and "id" in token:
            token["id"] = 0
        for name in ("top_tokens", "details"):
            if name in message:
                message[name] = None

    def blocked(self) -> Json:
        """TGI's error object."""
        return {"error": BLOCKED, "error_type": "unleak_blocked"}

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """It has no notion of a suffix, and takes no temperature of 0."""
        parameters: Json = {"max_new_tokens": max_tokens, "do_sample": temperature > 0}
        if temperature > 0:
            parameters["temperature"] = temperature
        if stop:
            parameters["stop"] = list(stop)
        return Request("/generate", {"inputs": prefix, "parameters": parameters})


def _tokens(message: Json) -> tuple[Token, ...]:
    details = message.get("details")
    return token_entries(details.get("tokens") if isinstance(details, dict) else None, "text")


def _further(message: Json) -> list[Part]:
    """With `best_of` the other sequences come along in `details`."""
    details = message.get("details")
    others = details.get("best_of_sequences") if isinstance(details, dict) else None
    return [
        Part(place + 1, ("details", "best_of_sequences", place, "generated_text"), other)
        for place, sequence in enumerate(others if isinstance(others, list) else ())
        if isinstance(sequence, dict) and isinstance(other := sequence.get("generated_text"), str)
    ]
