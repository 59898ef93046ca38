"""Tokens: who may ask the engine for what. Only their hashes are stored."""

import hashlib
import hmac
import json
import os
import secrets
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from unleak.core.errors import LedgerError, UsageError
from unleak.core.files import write_file
from unleak.core.keys import home
from unleak.ledger.transaction import now
from unleak.service.runtime import held, token_file

OWNER: Final = "owner"  # the token that this machine's user has without asking
_PREFIX: Final = "unleak_"


class Role(IntEnum):
    """Each may do what those below may."""

    REPORT = 1
    ERASE = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """As users write it."""
        return self.name.lower()


def role_of(word: str) -> Role:
    """The role of a word.

    Raises:
        UsageError: there is none.
    """
    for role in Role:
        if role.word == word:
            return role
    raise UsageError(f"role {word}: choose one of {', '.join(role.word for role in Role)}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token without itself. A plain hash is enough: 256 random bits cannot be guessed."""

    name: str
    role: str
    hash: str
    created: str


class Tokens:
    """The tokens of one engine, in a file of its data folder."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or home() / "tokens.json"
        self._read: tuple[int, int, int] | None = None
        self._known: list[Token] = []

    def owner(self) -> str:
        """The local user's own token (admin), made at the first call.

        Raises:
            LedgerError: its file cannot be read, or others may read it.
        """
        path = token_file()
        with _taken(self._path):
            if not path.exists():
                self._replace(OWNER, made := _made(), Role.ADMIN)
                write_file(path, made + "\n", mode=0o600)
                return made
        text = read_token(path)
        if self.role(text) is None:
            # Only the hash was lost, or the token was revoked: the file is the user's own.
            with _taken(self._path):
                self._replace(OWNER, text, Role.ADMIN)
        return text

    def add(self, name: str, role: Role) -> str:
        """Make a token; this is the only time that it is seen.

        Raises:
            UsageError: there is one of this name.
        """
        with _taken(self._path):
            if any(token.name == name for token in self.all()):
                raise UsageError(
                    f"there is a token {name}; revoke it first, or choose another name"
                )
            self._replace(name, made := _made(), role)
        return made

    def revoke(self, name: str) -> None:
        """Take a token back; it is refused from now on.

        Raises:
            UsageError: there is none of this name.
        """
        with _taken(self._path):
            known = self.all()
            if all(token.name != name for token in known):
                raise UsageError(f"no token {name}; `unleak engine token list` shows them")
            self._write([token for token in known if token.name != name])
            if name == OWNER:
                token_file().unlink(missing_ok=True)

    def all(self) -> list[Token]:
        """All tokens, oldest first.

        Raises:
            LedgerError: the file is damaged, or others may read it.
        """
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return []
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp != self._read:
            if os.name == "posix" and status.st_mode & 0o077:
                raise LedgerError(f"{self._path} may be read by others: run chmod 600 {self._path}")
            try:
                entries = json.loads(self._path.read_text("utf-8"))["tokens"]
                self._known = [Token(**entry) for entry in entries]
            except (ValueError, KeyError, TypeError):
                raise LedgerError(
                    f"{self._path} is damaged; remove it and make the tokens again"
                ) from None
            self._read = stamp
        return list(self._known)

    def role(self, text: str) -> tuple[str, Role] | None:
        """Name and role of a token; None if it is none. Takes as long whichever it is."""
        given = _hash(text)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.hash, given):
                found = (token.name, role_of(token.role))
        return found

    def _replace(self, name: str, text: str, role: Role) -> None:
        others = [token for token in self.all() if token.name != name]
        self._write([*others, Token(name, role.word, _hash(text), now())])

    def _write(self, tokens: list[Token]) -> None:
        content = {"schema": "unleak.tokens/1", "tokens": [asdict(token) for token in tokens]}
        write_file(self._path, json.dumps(content, indent=2) + "\n", mode=0o600)


def read_token(path: Path) -> str:
    """The token in a file.

    Raises:
        LedgerError: it cannot be read, or others may read it.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise LedgerError(f"{path} may be read by others: run chmod 600 {path}")
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise LedgerError(f"cannot read the token {path}: {reason}") from None


def _taken(path: Path) -> AbstractContextManager[bool]:
    return held(path.with_name(f"{path.name}.lock"), wait=True)


def _made() -> str:
    return _PREFIX + secrets.token_urlsafe(32)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
