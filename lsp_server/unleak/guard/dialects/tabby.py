"""Tabby's /v1/completions, which has the path of OpenAI's, but a request of its own.

Reference: https://tabby.tabbyml.com/api
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
    choices_of,
    text_of,
    texts_within,
)

_KNOWN = ("prefix", "suffix")


class Tabby(Dialect):
    """`segments`; `choices[].text`, never streamed."""

    name = "tabby"

    def speaks(self, path: str, body: Json) -> bool:
        """Told from OpenAI's by its segments, or by a language without a model."""
        if not path.endswith("/v1/completions"):
            return False
        return isinstance(body.get("segments"), dict) or "debug_options" in body

    def asked(self, path: str, body: Json) -> Asked:
        """Besides prefix and suffix there are a clipboard, declarations and changed files."""
        segments = body.get("segments")
        segments = segments if isinstance(segments, dict) else {}
        rest = [segments[name] for name in segments if name not in _KNOWN]
        further = tuple(texts_within([rest, body.get("debug_options")]))
        return Asked("", text_of(segments, "prefix"), text_of(segments, "suffix"), further)

    def read(self, message: Json) -> Message | None:
        """All of an answer at once."""
        choices = choices_of(message)
        if choices is None:
            return None
        parts = [
            Part(index, ("choices", place, "text"), choice["text"])
            for place, index, choice in choices
            if isinstance(choice.get("text"), str)
        ]
        return Message(tuple(parts), frozenset(index for _, index, _ in choices))

    def scrub(self, message: Json, choice: int) -> None:
        """`debug_data` holds the prompt only."""

    def blocked(self) -> Json:
        """Tabby has no format for errors."""
        return {"error": BLOCKED}

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """Model, length and stop are the server's to choose."""
        segments = {"prefix": prefix, "suffix": suffix}
        return Request("/v1/completions", {"segments": segments, "temperature": temperature})
