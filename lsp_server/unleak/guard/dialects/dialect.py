"""What the guard has to know of a wire format, and what a client needs to ask such a server."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Json = dict[str, Any]
Framing = Literal["sse", "ndjson"]
BLOCKED = "unleak blocked this completion: it held a secret"


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What a request says.

    model: the name as the client gives it; "" where it gives none.
    prefix: the text that the completion continues; "" where it starts a new one (chat).
    suffix: the text that follows the completion.
    further: other texts of the request: messages, snippets, a clipboard.
    stream: whether the answer comes in pieces.
    """

    model: str
    prefix: str = ""
    suffix: str = ""
    further: tuple[str, ...] = ()
    stream: bool = False

    def holds(self, value: str) -> bool:
        """Whether a value stands in the request: a completion that has it only echoes it."""
        return any(value in text for text in (self.prefix, self.suffix, *self.further))


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token that the model wrote, and its natural log-probability."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A piece of a completion in one message of an answer.

    choice: which of the completions that were asked for.
    channel: which text of it: "text", "reasoning", "tool 0" ...; each is a text of its own.
    path: where in the message the piece stands.
    whole: whether it is all of that text once more, not what comes next.
    tokens: those of this piece where the server gives their probabilities.
    """

    choice: int
    path: tuple[str | int, ...]
    text: str
    channel: str = "text"
    whole: bool = False
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message of an answer: all of it, or one event of a stream.

    ended: the choices that end with it.
    """

    parts: tuple[Part, ...] = ()
    ended: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What to POST, and where: a path below the server's address."""

    path: str
    body: Json


class Dialect(ABC):
    """One wire format. Holds no state, so one instance serves all requests."""

    name: ClassVar[str]
    framing: ClassVar[Framing] = "sse"

    @abstractmethod
    def speaks(self, path: str, body: Json) -> bool:
        """Whether a request (its path without a query) is one of this format."""

    @abstractmethod
    def asked(self, path: str, body: Json) -> Asked:
        """What a request says. A field of the wrong type counts as absent."""

    @abstractmethod
    def read(self, message: Json) -> Message | None:
        """What is in a message of the answer; None for a shape that is not known."""

    @abstractmethod
    def scrub(self, message: Json, choice: int) -> None:
        """Take out of a message what tells a choice's masked text in another way: its tokens."""

    @abstractmethod
    def blocked(self) -> Json:
        """The error, in the format's own form, that ends an answer which is blocked."""

    @property
    def last_words(self) -> bytes:
        """What ends a stream behind an error."""
        return b""

    @abstractmethod
    def request(
        self, prefix: str, suffix: str, *, model: str, max_tokens: int = 64,
        temperature: float = 0.0, stop: Sequence[str] = (),
    ) -> Request:  # fmt: skip
        """Ask for what stands between two texts, all at once."""

    def texts(self, answer: Json) -> list[str]:
        """The completions in an answer that was not streamed, by choice; [] for a strange one."""
        message = self.read(answer)
        parts = message.parts if message else ()
        return [part.text for part in parts if part.channel == "text" and not part.whole]


def text_of(body: Json, *names: str) -> str:
    """The first of some fields that is a text; "" without one."""
    return next((body[name] for name in names if isinstance(body.get(name), str)), "")


def choices_of(message: Json) -> list[tuple[int, int, Json]] | None:
    """OpenAI's `choices`: (place, index, choice); None where they are not of that shape."""
    choices = message.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        return None
    found = []
    for place, choice in enumerate(choices):
        index = choice.get("index", place)
        if not isinstance(index, int):
            return None
        found.append((place, index, choice))
    return found


def texts_within(value: object, depth: int = 8) -> Iterator[str]:
    """Every text in some JSON, as deep as any request's messages are."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for item in value:
            yield from texts_within(item, depth - 1)
    elif depth and isinstance(value, dict):
        for item in value.values():
            yield from texts_within(item, depth - 1)


def openai_error(message: str = BLOCKED) -> Json:
    """OpenAI's error object; several servers took it over."""
    return {
        "error": {
            "message": message, "type": "unleak_blocked", "param": None, "code": "secret_blocked",
        }
    }  # fmt: skip


def numbers(value: object) -> list[float | None]:
    """A list of numbers; what is none of them is None."""
    items = value if isinstance(value, list) else []
    return [float(n) if isinstance(n, int | float) else None for n in items]


def tokens_of(texts: object, logprobs: object) -> tuple[Token, ...]:
    """Tokens from two lists of the same length; () where they are not."""
    if not isinstance(texts, list) or not isinstance(logprobs, list):
        return ()
    if len(texts) != len(logprobs) or not all(isinstance(text, str) for text in texts):
        return ()
    pairs = zip(texts, numbers(logprobs), strict=True)
    return tuple(Token(text, n if n is not None else float("nan")) for text, n in pairs)


def token_entries(entries: object, name: str = "token") -> tuple[Token, ...]:
    """Tokens from a list of {token, logprob}; what is none of that shape is left out."""
    found = []
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("special") is True:
            continue
        text, logprob = entry.get(name), entry.get("logprob")
        if isinstance(text, str) and isinstance(logprob, int | float):
            found.append(Token(text, float(logprob)))
    return tuple(found)
