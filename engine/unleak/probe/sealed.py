"""Encrypted suites: each case is a line of its own, so that they can be committed and merged.

A header names the key, then a line for each case: AES-256-SIV (RFC 5297) of its JSON, in base64.
The cipher is deterministic: a case that did not change is the same line, and a commit shows only
what did. So equal cases show as equal. Each case is padded with blanks to a multiple of 256 bytes;
what is told is how many cases there are and about how long each is.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from unleak.core.errors import SuiteError
from unleak.core.keys import MasterKey

SCHEMA: Final = "unleak.suite/1"
_CIPHER: Final = "AES-256-SIV"
_START: Final = b'{"schema":"unleak.suite/'
_BLOCK: Final = 256  # bytes
_BOUND_TO: Final = [SCHEMA.encode()]  # so that a line of another format is never taken for a case


def is_sealed(data: bytes) -> bool:
    """Whether a file's content is an encrypted suite."""
    return data.startswith(_START)


def sealed(lines: Iterable[str], key: MasterKey) -> bytes:
    """The content of an encrypted suite whose cases are these lines of JSON."""
    header = {"schema": SCHEMA, "cipher": _CIPHER, "key": key.id}
    cipher = AESSIV(key.suites)
    rows = [json.dumps(header, separators=(",", ":")).encode()]
    for line in lines:
        clear = line.encode("utf-8", "surrogatepass")
        clear += b" " * (-len(clear) % _BLOCK)  # JSON may be followed by blanks
        rows.append(base64.b64encode(cipher.encrypt(clear, _BOUND_TO)))
    return b"\n".join(rows) + b"\n"


def opened(path: str, data: bytes, key: MasterKey) -> list[tuple[int, str]]:
    """The number and the JSON of each line behind the header.

    Raises:
        SuiteError: another key made it, it was changed, or a newer unleak wrote it.
    """
    header, *rows = data.split(b"\n")
    _check(path, header, key)
    cipher = AESSIV(key.suites)
    lines = []
    for number, row in enumerate(rows, 2):
        if not row.strip():
            continue
        try:
            clear = cipher.decrypt(base64.b64decode(row.strip(), validate=True), _BOUND_TO)
        except (binascii.Error, ValueError, InvalidTag):
            raise SuiteError(
                f"{path}, line {number}: damaged, or cut off; take the file from where it came from"
            ) from None
        lines.append((number, clear.decode("utf-8", "surrogatepass")))
    return lines


def _check(path: str, header: bytes, key: MasterKey) -> None:
    try:
        told = json.loads(header)
        schema, cipher, made_with = told["schema"], told["cipher"], told["key"]
    except (ValueError, KeyError):
        raise SuiteError(f"{path}, line 1: a damaged header of an encrypted suite") from None
    if schema != SCHEMA or cipher != _CIPHER:
        raise SuiteError(f"{path}: made by a newer unleak; upgrade this one")
    if not isinstance(made_with, str):
        raise SuiteError(f"{path}, line 1: a damaged header of an encrypted suite")
    if made_with != key.id:
        raise SuiteError(
            f"{path}: encrypted with the key {made_with[:8]!r}, yours is {key.id!r}; give that one "
            "in $UNLEAK_KEY, in a file named by $UNLEAK_KEY_FILE, or in the keyring "
            "($UNLEAK_KEYRING)"
        )
