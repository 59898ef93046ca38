"""Encrypted exports: sealed with a passphrase, or to somebody's public key.

A file of two lines: a JSON header, which is authenticated along, and the ciphertext in base64.
AES-256-GCM; its key comes of the passphrase by scrypt (RFC 7914), or of X25519 between a key made
for this one file and the recipient's, by HKDF-SHA256 over both public keys (as in RFC 9180: only
the recipient can read it, and the sender is not proven).
"""

import base64
import binascii
import json
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey

SCHEMA: Final = "unleak.sealed-leaks/1"
_START: Final = b'{"schema":"unleak.sealed-leaks/'
_RECIPIENT: Final = "unleak-recipient-"  # before a public key, so that none is taken for a secret
_COST: Final = 2**16  # of scrypt, with blocks of 8: 64 MiB and some tenths of a second
_MOST_COST: Final = 2**18
_NONCE: Final = bytes(12)  # each file has a key of its own, which encrypts nothing else


def recipient(key: MasterKey) -> str:
    """What others seal exports with for the owner of this key; it may be told to anybody."""
    public = _private(key).public_key().public_bytes_raw()
    return _RECIPIENT + base64.urlsafe_b64encode(public).decode().rstrip("=")


def seal_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """Content that whoever knows the passphrase can open."""
    salt = secrets.token_bytes(16)
    header = {"schema": SCHEMA, "scrypt": {"n": _COST, "salt": _text(salt)}}
    return _sealed(header, content, _stretched(passphrase, salt, _COST))


def seal_to(content: bytes, to: str) -> bytes:
    """Content that only a recipient can open.

    Raises:
        LedgerError: `to` is no recipient.
    """
    theirs = _public(to)
    own = X25519PrivateKey.generate()
    ours = own.public_key().public_bytes_raw()
    header = {"schema": SCHEMA, "x25519": {"to": to, "from": _text(ours)}}
    shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    return _sealed(header, content, _derived(shared, ours + theirs))


def is_sealed(data: bytes) -> bool:
    """Whether a file's content is an encrypted export."""
    return data.startswith(_START)


def needs_passphrase(data: bytes) -> bool:
    """Whether it was sealed with a passphrase."""
    return "scrypt" in _header(data)


def unsealed(data: bytes, key: MasterKey, passphrase: str | None) -> bytes:
    """The content.

    Raises:
        LedgerError: the passphrase or the key is wrong, or it was changed.
    """
    header, body = _header(data), data.split(b"\n")[1]
    try:
        if "scrypt" in header:
            cost, salt = header["scrypt"]["n"], base64.b64decode(header["scrypt"]["salt"])
            if type(cost) is not int or not 2 <= cost <= _MOST_COST or cost & (cost - 1):
                raise LedgerError("the export asks for a scrypt of another size; it was changed")
            if passphrase is None:
                raise LedgerError("the export needs a passphrase")
            secret = _stretched(passphrase, salt, cost)
            wrong = "the passphrase is wrong, or the export was changed"
        else:
            to, ours = header["x25519"]["to"], base64.b64decode(header["x25519"]["from"])
            if to != recipient(key):
                raise LedgerError(
                    "the export is for somebody else; `unleak leaks recipient` shows who you are"
                )
            shared = _private(key).exchange(X25519PublicKey.from_public_bytes(ours))
            secret = _derived(shared, ours + _public(to))
            wrong = "the export was changed"
        sealed = base64.b64decode(body, validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise LedgerError("the export is damaged") from None
    try:
        return AESGCM(secret).decrypt(_NONCE, sealed, data.split(b"\n")[0])
    except InvalidTag:
        raise LedgerError(wrong) from None


def _sealed(header: dict[str, Any], content: bytes, key: bytes) -> bytes:
    first = json.dumps(header, separators=(",", ":")).encode()
    return first + b"\n" + base64.b64encode(AESGCM(key).encrypt(_NONCE, content, first)) + b"\n"


def _header(data: bytes) -> dict[str, Any]:
    try:
        first, *rest = data.split(b"\n")
        header = json.loads(first)
        if header["schema"] != SCHEMA:
            raise LedgerError("the export was made by a newer unleak; upgrade this one")
        if len(rest) < 1 or not {"scrypt", "x25519"} & header.keys():
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise LedgerError("the export is damaged") from None
    return dict(header)


def _private(key: MasterKey) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(key.exchange)


def _public(to: str) -> bytes:
    bare = to.removeprefix(_RECIPIENT)
    try:
        raw = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        raw = b""
    if bare == to or len(raw) != 32:
        raise LedgerError(
            "no recipient: expected what `unleak leaks recipient` shows where the export shall go"
        )
    return raw


def _stretched(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(
        passphrase.encode("utf-8", "surrogatepass")
    )


def _derived(shared: bytes, context: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=SCHEMA.encode() + context).derive(shared)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
