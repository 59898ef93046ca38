"""The server's pipe: messages in and out of standard input and output.

A thread of its own reads, so that no handler's thread ever stands before the next message.
"""

import asyncio
import io
import os
import threading
from collections.abc import Callable
from typing import BinaryIO, Final

LONGEST_MESSAGE: Final = 512_000_000  # bytes; whoever says more has lost the frame
_CHUNK: Final = 65_536
_WAITING: Final = 64  # messages read ahead of the one that is handled


class Frames:
    """Cuts a stream of bytes into the bodies of messages."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that are whole now.

        Raises:
            ValueError: a body of that length cannot be meant.
        """
        self._held += data
        found: list[bytes] = []
        while True:
            if self._length is None:
                end = self._held.find(b"\r\n\r\n")
                if end < 0:
                    return found
                self._length = _length_of(bytes(self._held[:end]))
                del self._held[: end + 4]
                continue
            if len(self._held) < self._length:
                return found
            found.append(bytes(self._held[: self._length]))
            del self._held[: self._length]
            self._length = None


def _length_of(header: bytes) -> int:
    """The Content-Length of a header; 0 without one, so that what follows is the next header."""
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length > LONGEST_MESSAGE:
                raise ValueError("a message of this length cannot be meant")
            return length
    return 0


class Reader:
    """Reads messages in a thread and hands them to the event loop, at most some at once."""

    def __init__(
        self,
        stream: BinaryIO,
        handle: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._handle = handle
        self._ended = ended
        self._room = threading.Semaphore(_WAITING)
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        """Begin to read."""
        # A daemon: at the end it may still stand in a read that nothing will ever answer.
        threading.Thread(target=self._read, name="unleak-reader", daemon=True).start()

    def _read(self) -> None:
        frames = Frames()
        try:
            while data := self._next():
                for body in frames.feed(data):
                    if not body:
                        continue
                    self._room.acquire()
                    self._loop.call_soon_threadsafe(self._take, body)
            self._loop.call_soon_threadsafe(self._ended)
        except (OSError, ValueError):
            self._over()
        except RuntimeError:
            return  # the loop has gone

    def _over(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ended)
        except RuntimeError:
            return

    def _next(self) -> bytes:
        try:
            # Not through the stream's buffer: its lock would be held while the program ends.
            return os.read(self._stream.fileno(), _CHUNK)
        except io.UnsupportedOperation:
            return self._stream.read(_CHUNK)

    def _take(self, body: bytes) -> None:
        try:
            self._handle(body)
        finally:
            self._room.release()
