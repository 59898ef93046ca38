"""The user's key: from it come the keys of all that is kept, fingerprinted or signed."""

import base64
import binascii
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from unleak.core.errors import LedgerError
from unleak.core.files import write_file
from unleak.core.secret import Fingerprinter

KEY_VARIABLE = "UNLEAK_KEY"
FILE_VARIABLE = "UNLEAK_KEY_FILE"
KEYRING_VARIABLE = "UNLEAK_KEYRING"
HOME_VARIABLE = "UNLEAK_HOME"
_LENGTH = 32  # bytes
_USER = "key"  # whom a keyring is asked for if only a service is named


def home() -> Path:
    """Where ledger, key and models lie: $UNLEAK_HOME, or the platform's data folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path  # slow to import, for what a variable may tell

    return user_data_path("unleak")


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """32 bytes, never used directly: each use has its own key derived by HMAC and a label."""

    material: bytes

    def _derive(self, label: str, hash: str = "sha256") -> bytes:
        return hmac.digest(self.material, label.encode(), hash)

    @property
    def id(self) -> str:
        """What tells this key from another, and tells nothing else: 8 hexadecimal digits."""
        return self.fingerprinter.id

    @property
    def encryption(self) -> bytes:
        """Key for AES-256-GCM."""
        return self._derive("unleak ledger encryption 1")

    @property
    def fingerprinter(self) -> Fingerprinter:
        """What makes this user's fingerprints."""
        return Fingerprinter(self._derive("unleak fingerprint 1"))

    @property
    def known_secrets(self) -> bytes:
        """Key for AES-256-GCM over an index of known secrets."""
        return self._derive("unleak known secrets 1")

    @property
    def suites(self) -> bytes:
        """Key for AES-256-SIV (64 bytes) over the cases of suites."""
        return self._derive("unleak suites 1", "sha512")

    @property
    def exchange(self) -> bytes:
        """Private key of X25519, to read what others encrypt for this key's owner."""
        return self._derive("unleak exchange 1")

    @property
    def certificates(self) -> bytes:
        """Seed of the Ed25519 key (32 bytes) that signs certificates."""
        return self._derive("unleak certificates 1")

    def __repr__(self) -> str:
        return "<MasterKey>"


def decode_key(text: str, where: str) -> MasterKey:
    """The key in a text of base64; `where` it stands is for the message.

    Raises:
        LedgerError: it holds none.
    """
    try:
        material = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        material = b""
    if len(material) != _LENGTH:
        raise LedgerError(f"{where} holds no key: expected {_LENGTH} bytes in base64")
    return MasterKey(material)


def load_key() -> MasterKey:
    """The key of the first source that is set, see `key_source`.

    A source that is set is the one that is used: if it has no key, that is an error.

    Raises:
        LedgerError: the key cannot be read or is malformed, or its file may be read by others.
    """
    if given := os.environ.get(KEY_VARIABLE):
        return decode_key(given, f"${KEY_VARIABLE}")
    if file := os.environ.get(FILE_VARIABLE):
        return read_key(Path(file))
    if entry := os.environ.get(KEYRING_VARIABLE):
        return _from_keyring(entry)
    path = home() / "key"
    if not path.exists():
        _make(path)
    return read_key(path)


def key_source() -> str:
    """Where `load_key` looks: $UNLEAK_KEY, a file, the keyring, or the file made at first use."""
    if os.environ.get(KEY_VARIABLE):
        return f"${KEY_VARIABLE}"
    if file := os.environ.get(FILE_VARIABLE):
        return f"{file} (${FILE_VARIABLE})"
    if entry := os.environ.get(KEYRING_VARIABLE):
        return f"keyring, {entry} (${KEYRING_VARIABLE})"
    return str(home() / "key")


def new_key() -> MasterKey:
    """A key nobody has."""
    return MasterKey(secrets.token_bytes(_LENGTH))


def write_key(path: Path, key: MasterKey) -> None:
    """Write a key to a file of its own (0600).

    Raises:
        OutputError: it cannot be written.
    """
    write_file(path, base64.b64encode(key.material), mode=0o600)


def key_file() -> Path | None:
    """The file that `load_key` reads; None where the key is in the environment or the keyring."""
    if os.environ.get(KEY_VARIABLE):
        return None
    if file := os.environ.get(FILE_VARIABLE):
        return Path(file)
    return None if os.environ.get(KEYRING_VARIABLE) else home() / "key"


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_name(f".key.{secrets.token_hex(4)}")
    write_key(candidate, new_key())
    try:
        # A link, not a rename: of two programs that start at once, the first one's key stays.
        os.link(candidate, path)
    except FileExistsError:
        pass
    finally:
        candidate.unlink()


def read_key(path: Path) -> MasterKey:
    """The key in a file.

    Raises:
        LedgerError: it cannot be read, is malformed, or may be read by others.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise LedgerError(f"{path} may be read by others: run chmod 600 {path}")
        return decode_key(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise LedgerError(f"cannot read the key {path}: {reason}") from None


def keyring_entry(entry: str) -> tuple[str, str]:
    """Service and user of a keyring's entry, as $UNLEAK_KEYRING names it.

    Raises:
        LedgerError: it names none.
    """
    service, _, user = entry.rpartition("/") if "/" in entry else (entry, "", _USER)
    if not service or not user:
        raise LedgerError(f"${KEYRING_VARIABLE} ({entry}): expected SERVICE or SERVICE/USER")
    return service, user


def _from_keyring(entry: str) -> MasterKey:
    where = f"${KEYRING_VARIABLE} ({entry})"
    service, user = keyring_entry(entry)
    try:
        # Slow to import, and optional: only where it is asked for.
        from keyring import get_password
    except ImportError:
        raise LedgerError(
            f"{where}: the keyring library is not installed: pip install 'unleak[keyring]'"
        ) from None
    try:
        found = get_password(service, user)
    except Exception as error:  # each backend has errors of its own; their texts are not ours
        raise LedgerError(
            f"{where}: the keyring cannot be read ({type(error).__name__}); "
            "`keyring diagnose` tells more"
        ) from None
    if not found:
        raise LedgerError(
            f"{where}: the keyring holds no such key; store it: keyring set {service} {user}"
        )
    return decode_key(found, where)
