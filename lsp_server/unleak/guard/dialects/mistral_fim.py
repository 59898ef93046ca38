"""Mistral's /v1/fim/completions: asked as a completion, answered as a chat.

Reference: https://docs.mistral.ai/api/#tag/fim
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import BLOCKED, Asked, Json, Request, text_of
from unleak.guard.dialects.openai_chat import OpenAIChat


class MistralFim(OpenAIChat):
    """`prompt` and `suffix`; `choices[].message` or `choices[].delta`."""

    name = "mistral-fim"

    def speaks(self, path: str, body: Json) -> bool:
        """Its path is its own."""
        return path.endswith("/fim/completions") and "prompt" in body

    def asked(self, path: str, body: Json) -> Asked:
        """The completion continues the prompt."""
        stream = body.get("stream") is True
        model, prompt = text_of(body, "model"), text_of(body, "prompt")
        return Asked(model, prompt, text_of(body, "suffix"), stream=stream)

    def blocked(self) -> Json:
        """Mistral's error object."""
        return {
            "object": "error", "message": BLOCKED, "type": "unleak_blocked", "param": None,
            "code": "secret_blocked",
        }  # fmt: skip

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """Prompt and suffix as they are."""
        body: Json = {
            "model": model, "prompt": prefix, "suffix": suffix, "max_tokens": max_tokens,
            "temperature": temperature,
        }  # fmt: skip
        if stop:
            body["stop"] = list(stop)
        return Request("/v1/fim/completions", body)

    def texts(self, answer: Json) -> list[str]:
        """As they are: a model for infilling writes no code fences around its answer."""
        message = self.read(answer)
        return [p.text for p in message.parts if p.channel == "text"] if message else []
