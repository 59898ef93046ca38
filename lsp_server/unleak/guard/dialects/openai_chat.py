"""OpenAI's /v1/chat/completions; its shapes are Mistral's too.

Reference: https://platform.openai.com/docs/api-reference/chat
"""

import re
from collections.abc import Iterator, Sequence

from unleak.guard.dialects.dialect import (
    Asked,
    Dialect,
    Json,
    Message,
    Part,
    Request,
    Token,
    choices_of,
    openai_error,
    text_of,
    texts_within,
    token_entries,
)

# `reasoning_content` is DeepSeek's and vLLM's name, `reasoning` that of newer servers.
_CHANNELS = {
    "content": "text",
    "reasoning_content": "reasoning",
    "reasoning": "reasoning",
    "refusal": "refusal",
}
_CURSOR = "<CURSOR>"
_INSTRUCTION = (
    f"You complete code. Answer with the text that belongs at {_CURSOR} and nothing else: "
    "no explanation, no code fence, nothing that already stands there."
)
_FENCE = re.compile(r"\A```[\w+-]*\n(.*?)\n?```\s*\Z", re.DOTALL)


class OpenAIChat(Dialect):
    """`choices[].message` or, in a stream, `choices[].delta`: content, reasoning, tool calls."""

    name = "openai-chat"

    def speaks(self, path: str, body: Json) -> bool:
        """Azure and others put the path below one of their own."""
        return path.endswith("/chat/completions") and "messages" in body

    def asked(self, path: str, body: Json) -> Asked:
        """An answer starts a new text, unless the last message is one of the assistant's."""
        return Asked(
            text_of(body, "model"),
            further=tuple(texts_within([body.get("messages"), body.get("tools")])),
            stream=body.get("stream") is True,
        )

    def read(self, message: Json) -> Message | None:
        """A message has all of an answer, a delta what comes next of it."""
        choices = choices_of(message)
        if choices is None:
            return None
        parts: list[Part] = []
        ended = []
        for place, index, choice in choices:
            for name in ("message", "delta"):
                if isinstance(spoken := choice.get(name), dict):
                    path = ("choices", place, name)
                    parts += _parts(index, path, spoken, _tokens(choice))
            if choice.get("finish_reason"):
                ended.append(index)
        return Message(tuple(parts), frozenset(ended))

    def scrub(self, message: Json, choice: int) -> None:
        """Log-probabilities come with the tokens and their bytes."""
        for _, index, found in choices_of(message) or ():
            if index == choice:
                for name in ("logprobs", "token_ids"):
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
        """A chat model has to be told what to do."""
        body: Json = {
            "model": model,
            "messages": [
                {"role": "system", "content": _INSTRUCTION},
                {"role": "user", "content": f"{prefix}{_CURSOR}{suffix}"},
            ],
            "max_tokens": max_tokens,
            "temperature": temperature,
        }
        if stop:
            body["stop"] = list(stop)
        return Request("/v1/chat/completions", body)

    def texts(self, answer: Json) -> list[str]:
        """Without the code fence that many models put around it all the same."""
        return [_FENCE.sub(r"\1", text) for text in super().texts(answer)]


def _parts(
    index: int, path: tuple[str | int, ...], spoken: Json, tokens: tuple[Token, ...]
) -> Iterator[Part]:
    for name, channel in _CHANNELS.items():
        if isinstance(text := spoken.get(name), str):
            own = tokens if channel == "text" else ()
            yield Part(index, (*path, name), text, channel, tokens=own)
    calls = spoken.get("tool_calls")
    for place, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, dict) else None
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, str):
            where = (*path, "tool_calls", place, "function", "arguments")
            yield Part(index, where, arguments, f"tool {call.get('index', place)}")


def _tokens(choice: Json) -> tuple[Token, ...]:
    logprobs = choice.get("logprobs")
    return token_entries(logprobs.get("content") if isinstance(logprobs, dict) else None)
