"""llama.cpp's own endpoints, /infill and /completion.

Reference: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
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
    text_of,
    texts_within,
    token_entries,
)


class LlamaCpp(Dialect):
    """`content`; a stream is SSE, with `stop` in its last event and no [DONE] promised."""

    name = "llamacpp"

    def speaks(self, path: str, body: Json) -> bool:
        """`/completions` without /v1 is another name of `/completion`."""
        if path.endswith("/infill"):
            return "input_prefix" in body or "input_suffix" in body
        bare = path.endswith(("/completion", "/completions")) and not path.endswith(
            ("/v1/completions", "/chat/completions", "/fim/completions")
        )
        return bare and "prompt" in body

    def asked(self, path: str, body: Json) -> Asked:
        """`input_extra` is a list of other files: {filename, text}."""
        stream, model = body.get("stream") is True, text_of(body, "model")
        extra = tuple(texts_within(body.get("input_extra")))
        if path.endswith("/infill"):
            # `prompt` stands behind the token that starts the middle: the completion goes on there.
            prefix = text_of(body, "input_prefix") + text_of(body, "prompt")
            return Asked(model, prefix, text_of(body, "input_suffix"), extra, stream)
        prompt = body.get("prompt")
        if isinstance(prompt, str):
            return Asked(model, prompt, "", extra, stream)
        return Asked(model, "", "", (*extra, *texts_within(prompt)), stream)

    def read(self, message: Json) -> Message | None:
        """With `n` or several prompts, `index` says which completion an event is of."""
        if not isinstance(message.get("content"), str):
            return None
        index = message.get("index", 0)
        choice = index if isinstance(index, int) else 0
        part = Part(
            choice,
            ("content",),
            message["content"],
            tokens=token_entries(message.get("completion_probabilities")),
        )
        return Message((part,), frozenset((choice,) if message.get("stop") is True else ()))

    def scrub(self, message: Json, choice: int) -> None:
        """Token ids, and probabilities with the tokens they are of."""
        for name in ("tokens", "completion_probabilities", "probs"):
            if name in message:
                message[name] = []

    def blocked(self) -> Json:
        """llama.cpp's error object."""
        return {"error": {"code": 403, "message": BLOCKED, "type": "unleak_blocked"}}

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """/infill for a model that knows how; without a suffix, /completion, which any does."""
        body: Json = {"n_predict": max_tokens, "temperature": temperature, "stream": False}
        if model:
            body["model"] = model
        if stop:
            body["stop"] = list(stop)
        if not suffix:
            return Request("/completion", {"prompt": prefix, **body})
        return Request("/infill", {"input_prefix": prefix, "input_suffix": suffix, **body})
