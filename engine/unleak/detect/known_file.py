"""The file of an index of known secrets.

Magic, version, key id and nonce, then AES-256-GCM over the columns' lengths and the columns, little
endian. Encrypted, because the lengths of passwords and the checksums that speed the search up would
help somebody who guesses.
"""

import secrets
import sys
from array import array
from hmac import digest
from pathlib import Path
from struct import Struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unleak.core.errors import UsageError
from unleak.core.files import write_file
from unleak.core.keys import MasterKey
from unleak.detect.known import COLUMN_TYPES, Entries, Known

_MAGIC: Final = b"unleak-known"
_VERSION: Final = 1
_HEADER: Final = Struct(f"<{len(_MAGIC)}sB8s12s")
_LENGTHS: Final = Struct(f"<{len(COLUMN_TYPES)}Q")


def write_known(path: Path, known: Known, key: MasterKey) -> None:
    """Write an index that was made with a key's fingerprints.

    Raises:
        OutputError: it cannot be written.
    """
    columns = known.entries.columns
    body = _LENGTHS.pack(*map(len, columns)) + b"".join(map(_little_endian, columns))
    nonce = secrets.token_bytes(12)
    header = _HEADER.pack(_MAGIC, _VERSION, _key_id(key), nonce)
    sealed = AESGCM(key.known_secrets).encrypt(nonce, body, header)
    write_file(path, header + sealed, mode=0o600)


def read_known(path: Path, key: MasterKey) -> Known:
    """Read an index.

    Raises:
        UsageError: it cannot be read, was made with another key, or is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    if not data.startswith(_MAGIC) or len(data) < _HEADER.size:
        raise UsageError(f"{path}: not an index of known secrets; make one with --learn")
    _, version, key_id, nonce = _HEADER.unpack_from(data)
    if version != _VERSION:
        raise UsageError(f"{path}: made by a newer unleak; upgrade this one")
    if key_id != _key_id(key):
        raise UsageError(f"{path}: made with another key; set UNLEAK_KEY to it, or learn again")
    try:
        header, sealed = data[: _HEADER.size], data[_HEADER.size :]
        body = AESGCM(key.known_secrets).decrypt(nonce, sealed, header)
    except InvalidTag:
        raise UsageError(f"{path}: damaged; learn it again") from None
    return Known(_entries(body), key.fingerprinter)


def _entries(body: bytes) -> Entries:
    at = _LENGTHS.size
    columns = []
    for kind, length in zip(COLUMN_TYPES, _LENGTHS.unpack_from(body), strict=True):
        column = array(kind)
        behind = at + length * column.itemsize
        column.frombytes(body[at:behind])
        if sys.byteorder == "big":
            column.byteswap()
        columns.append(column)
        at = behind
    return Entries(*columns)


def _little_endian(column: "array[int]") -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def _key_id(key: MasterKey) -> bytes:
    return digest(key.known_secrets, b"key id", "sha256")[:8]
