"""Ollama's /api/chat.

Reference: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion
"""

from collections.abc import Sequence

from unleak.guard.dialects.dialect import (
    Asked,
    Json,
    Message,
    Part,
    Request,
    text_of,
    texts_within,
)
from unleak.guard.dialects.ollama import Ollama, asked, options
from unleak.guard.dialects.openai_chat import OpenAIChat


class OllamaChat(Ollama):
    """`message.content`, `message.thinking`, and the arguments of tool calls."""

    name = "ollama-chat"

    def speaks(self, path: str, body: Json) -> bool:
        """Its path is its own."""
        return path.endswith("/api/chat")

    def asked(self, path: str, body: Json) -> Asked:
        """An answer starts a new text."""
        said = tuple(texts_within([body.get("messages"), body.get("tools")]))
        return asked(body, text_of(body, "model"), "", "", said)

    def read(self, message: Json) -> Message | None:
        """Arguments of tool calls come whole, as JSON: each text in them is one of its own."""
        spoken = message.get("message")
        if not isinstance(spoken, dict):
            return None
        parts = []
        if isinstance(spoken.get("content"), str):
            parts.append(self._part(spoken["content"], message, "message", "content"))
        if isinstance(spoken.get("thinking"), str):
            parts.append(Part(0, ("message", "thinking"), spoken["thinking"], "reasoning"))
        calls = spoken.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            function = call.get("function") if isinstance(call, dict) else None
            arguments = function.get("arguments") if isinstance(function, dict) else None
            for name, text in arguments.items() if isinstance(arguments, dict) else ():
                if isinstance(text, str):
                    where = ("message", "tool_calls", place, "function", "arguments", name)
                    parts.append(Part(0, where, text, f"tool {place} {name}", whole=True))
        return Message(tuple(parts), frozenset((0,) if message.get("done") is True else ()))

    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """The same words as for any chat model."""
        chat = OpenAIChat().request(prefix, suffix, model=model).body
        body: Json = {
            "model": model, "messages": chat["messages"], "stream": False,
            "options": options(max_tokens, temperature, stop),
        }  # fmt: skip
        return Request("/api/chat", body)

    def texts(self, answer: Json) -> list[str]:
        """Without the code fence that many models put around it all the same."""
        found = super().texts(answer)
        spoken = [{"index": i, "message": {"content": text}} for i, text in enumerate(found)]
        return OpenAIChat().texts({"choices": spoken})
