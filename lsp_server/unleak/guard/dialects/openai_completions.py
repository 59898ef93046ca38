"""OpenAI's /v1/completions, as vLLM, llama.cpp, Ollama, LM Studio and others serve it.

Reference: https://platform.openai.com/docs/api-reference/completions
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import (
    Asked,
    Dialect,
    Json,
    Message,
    Part,
    Request,
    choices_of,
    openai_error,
    text_of,
    texts_within,
    tokens_of,
)


class OpenAICompletions(Dialect):
    """`choices[].text`; a stream is SSE and ends with [DONE]."""

    name = "openai-completions"

    def speaks(self, path: str, body: Json) -> bool:
        """`prompt` may be one text, several, or token ids."""
        return path.endswith("/v1/completions") and "prompt" in body

    def asked(self, path: str, body: Json) -> Asked:
        """Of several prompts none is the prefix: which choice continues which is not said."""
        prompt = body.get("prompt")
        single = prompt if isinstance(prompt, str) else ""
        if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], str):
            single = prompt[0]
        return Asked(
            text_of(body, "model"), single, text_of(body, "suffix"),
            () if single else tuple(texts_within(prompt)), body.get("stream") is True,
        )  # fmt: skip

    def read(self, message: Json) -> Message | None:
        """The last event of a stream may hold the usage and no choice."""
        choices = choices_of(message)
        if choices is None:
            return None
        parts, ended = [], []
        for place, index, choice in choices:
            if isinstance(text := choice.get("text"), str):
                logprobs = choice.get("logprobs")
                logprobs = logprobs if isinstance(logprobs, dict) else {}
                tokens = tokens_of(logprobs.get("tokens"), logprobs.get("token_logprobs"))
                parts.append(Part(index, ("choices", place, "text"), text, tokens=tokens))
            if choice.get("finish_reason"):
                ended.append(index)
        return Message(tuple(parts), frozenset(ended))

    def scrub(self, message: Json, choice: int) -> None:
        """Log-probabilities come with the tokens; vLLM gives token ids on demand."""
        for _, index, found in choices_of(message) or ():
            if index == choice:
                for name in ("logprobs", "token_ids", "prompt_token_ids", "prompt_logprobs"):
                    if name in found:
                        found[name] = None

    def blocked(self) -> Json:
        """OpenAI's error object."""
        return openai_error()

    @property
    def last_words(self) -> bytes:
        """Clients wait for it."""
        return b"data: [DONE]\n\n"

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """Without a suffix if it is empty: not every server takes one."""
        body: Json = {
            "model": model, "prompt": prefix, "max_tokens": max_tokens, "temperature": temperature,
        }  # fmt: skip
        if suffix:
            body["suffix"] = suffix
        if stop:
            body["stop"] = list(stop)
        return Request("/v1/completions", body)
