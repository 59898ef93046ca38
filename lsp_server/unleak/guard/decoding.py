"""Undo the compression of an answer, as its bytes come in."""

import zlib
from typing import Final

LONGEST_BODY: Final = 32 << 20  # bytes, unpacked


class TooLongError(Exception):
    """An answer unpacks to more than any completion has."""


class Decoder:
    """Content-Encoding gzip, deflate or none.

    Args:
        encoding: the header's value.

    Raises:
        ValueError: another one.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(name)
        self._plain = name in ("", "identity")
        self._unpack = zlib.decompressobj(47)  # gzip or zlib, by the first bytes

    def feed(self, chunk: bytes) -> bytes:
        """The bytes behind a chunk.

        Raises:
            TooLongError: a small chunk unpacks to more than LONGEST_BODY.
            zlib.error: it is no compressed data.
        """
        if self._plain:
            return chunk
        found = self._unpack.decompress(chunk, LONGEST_BODY)
        if self._unpack.unconsumed_tail:
            raise TooLongError
        return found
