"""Ollama's /api/generate.

Reference: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-completion
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import Asked, Json, Message, Part, Request, text_of
from unleak.guard.dialects.ollama import Ollama, asked, options


class OllamaGenerate(Ollama):
    """`response`, and `thinking` of models that do."""

    name = "ollama-generate"

    def speaks(self, path: str, body: Json) -> bool:
        """Its path is its own."""
        return path.endswith("/api/generate")

    def asked(self, path: str, body: Json) -> Asked:
        """With a template the prompt is a message, but most of what asks for code goes on."""
        further = (text_of(body, "system"), text_of(body, "template"))
        return asked(
            body, text_of(body, "model"), text_of(body, "prompt"), text_of(body, "suffix"), further
        )

    def read(self, message: Json) -> Message | None:
        """The last message has no new text, but figures."""
        if not isinstance(message.get("response"), str):
            return None
        parts = [self._part(message["response"], message, "response")]
        if isinstance(message.get("thinking"), str):
            parts.append(Part(0, ("thinking",), message["thinking"], "reasoning"))
        return Message(tuple(parts), frozenset((0,) if message.get("done") is True else ()))

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """Raw without a suffix: a chat template would be put around the text."""
        body: Json = {
            "model": model, "prompt": prefix, "stream": False,
            "options": options(max_tokens, temperature, stop),
            **({"suffix": suffix} if suffix else {"raw": True}),
        }  # fmt: skip
        return Request("/api/generate", body)
