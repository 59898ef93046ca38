"""Turn the messages of an answer into those that the client gets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from unleak.guard.dialects.dialect import Asked, Dialect, Json, Message, Part
from unleak.guard.frames import Frame
from unleak.guard.track import Found, Shield, Track, following_of

LONGEST_QUEUE: Final = 4 << 20  # bytes of messages that wait for each other
_MOST_TEXTS: Final = 512  # of one answer


class Mode(StrEnum):
    """What is done about a secret: it is reported, masked, or the answer ends."""

    OBSERVE = "observe"
    REDACT = "redact"
    BLOCK = "block"


@dataclass(slots=True)
class _Piece:
    track: Track
    start: int
    part: Part

    @property
    def settled(self) -> bool:
        return self.start + len(self.part.text) <= self.track.settled


@dataclass(slots=True)
class _Waiting:
    """A message that is held until all its text may be shown."""

    frame: Frame
    message: Json
    choices: frozenset[int]
    ended: frozenset[int]
    pieces: list[_Piece] = field(default_factory=list)


class Relay:
    """One answer.

    A message is passed on as it came, unless a secret is in it, and as soon as all of its text is
    settled; messages of another choice may overtake it. So nothing of a message (its tokens, their
    probabilities) is shown before its text is.

    unknown: messages of no known shape; they are passed on in their order.
    blocked: the answer has ended with an error.
    """

    def __init__(
        self,
        dialect: Dialect,
        asked: Asked,
        shield: Shield,
        mode: Mode,
        report: Callable[[Found], None],
    ) -> None:
        self._dialect, self._asked, self._shield, self._mode = dialect, asked, shield, mode
        self._report = report
        self._following = following_of(asked.suffix)
        self._tracks: dict[tuple[int, str], Track] = {}
        self._queue: list[_Waiting] = []
        self._queued = 0  # bytes
        self._masked: set[int] = set()  # choices
        self.unknown = 0
        self.blocked = False

    @property
    def held(self) -> int:
        """The most characters that are held of one text."""
        return max((track.held for track in self._tracks.values()), default=0)

    def frame(self, frame: Frame) -> list[bytes]:
        """Take in a message; returns what may be sent now."""
        if self.blocked:
            return []
        content, message = self._read(frame)
        if self._mode is Mode.OBSERVE:
            self._take(content)
            return [frame.raw]
        if frame.data is None:
            return [frame.raw]  # a comment keeps a connection alive; it has no order
        pieces = self._take(content)
        touched = frozenset(piece.part.choice for piece in pieces) | content.ended
        self._queue.append(_Waiting(frame, message, touched, content.ended, pieces))
        self._queued += len(frame.raw)
        if self._queued > LONGEST_QUEUE:
            self._close_all()
        return self._ready()

    def end(self) -> list[bytes]:
        """The answer is over."""
        if self.blocked:
            return []
        self._close_all()
        return self._ready()

    def _read(self, frame: Frame) -> tuple[Message, Json]:
        data = frame.data
        if data is None or data == b"[DONE]":
            return Message(), {}
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            message = None
        content = self._dialect.read(message) if isinstance(message, dict) else None
        if content is None:
            self.unknown += 1
            return Message(), {}
        return content, message

    def _take(self, content: Message) -> list[_Piece]:
        pieces = []
        for part in content.parts:
            if part.whole:
                pieces.append(self._once_more(part))
                continue
            track = self._track(part)
            pieces.append(_Piece(track, track.length, part))
            self._all(track.feed(part.text, part.tokens))
        for choice in content.ended:
            self._close(choice)
        return pieces

    def _track(self, part: Part) -> Track:
        key = (part.choice, part.channel)
        track = self._tracks.get(key)
        if track is None or track.closed:
            if len(self._tracks) >= _MOST_TEXTS:
                self._close_all()
                self._tracks.clear()
            prompt = self._asked.prefix if part.channel == "text" and track is None else ""
            track = self._tracks[key] = Track(self._shield, self._asked, prompt)
        return track

    def _once_more(self, part: Part) -> _Piece:
        """All of a text at once: what was found in it as it came is not reported again."""
        known = (part.choice, "text") in self._tracks
        track = Track(self._shield, self._asked, self._asked.prefix)
        found = track.feed(part.text, part.tokens) + track.close(self._following)
        if not known:
            self._all(found)
        return _Piece(track, 0, part)

    def _close(self, choice: int) -> None:
        for (index, channel), track in list(self._tracks.items()):
            if index == choice and not track.closed:
                self._all(track.close(self._following if channel == "text" else ""))

    def _close_all(self) -> None:
        for choice in {index for index, _ in self._tracks}:
            self._close(choice)

    def _all(self, found: list[Found]) -> None:
        for one in found:
            self._report(one)
            if self._mode is Mode.BLOCK and not one.echoed and (one.finding.alert or one.blocked):
                self.blocked = True

    def _ready(self) -> list[bytes]:
        if self.blocked:
            self._queue.clear()
            return []
        stuck: set[int] = set()
        ready, waiting = [], []
        for item in self._queue:
            free = not stuck & item.choices if item.choices else not stuck
            if free and all(piece.settled for piece in item.pieces):
                ready.append(self._sent(item))
                self._queued -= len(item.frame.raw)
            else:
                waiting.append(item)
                stuck |= item.choices or {-1}
        self._queue = waiting
        return ready

    def _sent(self, item: _Waiting) -> bytes:
        changed = False
        for piece in item.pieces:
            text = piece.track.masked(piece.start, piece.part.text)
            if text != piece.part.text:
                _put(item.message, piece.part.path, text)
                self._dialect.scrub(item.message, piece.part.choice)
                self._masked.add(piece.part.choice)
                changed = True
        for choice in item.ended & self._masked:
            # The last message may sum up all of the text, as token ids for example.
            self._dialect.scrub(item.message, choice)
            changed = True
        return item.frame.saying(encoded(item.message, item.frame.data)) if changed else (
            item.frame.raw
        )  # fmt: skip


def encoded(message: Json, like: bytes | None) -> bytes:
    """JSON as the server wrote it: with blanks or without."""
    loose = like is not None and (b'": ' in like or b'" :' in like)
    return json.dumps(message, separators=(", ", ": ") if loose else (",", ":")).encode()


def _put(message: Json, path: tuple[str | int, ...], text: str) -> None:
    *way, last = path
    place: Any = message
    for step in way:
        place = place[step] if place is not None else None
    if place is not None:  # what was scrubbed before is gone
        place[last] = text
