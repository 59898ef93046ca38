"""The user's key: from it come the ledger's encryption key and the fingerprint key."""

import base64
import binascii
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from unleak.core.errors import LedgerError
from unleak.core.files import write_file
from unleak.core.secret import Fingerprinter

KEY_VARIABLE = "UNLEAK_KEY"
HOME_VARIABLE = "UNLEAK_HOME"
_LENGTH = 32  # bytes


def home() -> Path:
    """Where ledger, key and models lie: $UNLEAK_HOME, or the platform's data folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else user_data_path("unleak")


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """32 bytes, never used directly: each use has its own key derived by HMAC and a label."""

    material: bytes

    def _derive(self, label: str) -> bytes:
        return hmac.digest(self.material, label.encode(), "sha256")

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

    def __repr__(self) -> str:
        return "<MasterKey>"


def _decode(text: str, where: str) -> MasterKey:
    try:
        material = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        material = b""
    if len(material) != _LENGTH:
        raise LedgerError(f"{where} holds no key: expected {_LENGTH} bytes in base64")
    return MasterKey(material)


def load_key() -> MasterKey:
    """The key of $UNLEAK_KEY, or of the key file, which is made (0600) at first use.

    Raises:
        LedgerError: the key is malformed, or its file may be read by others.
    """
    if given := os.environ.get(KEY_VARIABLE):
        return _decode(given, f"${KEY_VARIABLE}")
    path = home() / "key"
    if not path.exists():
        made = base64.b64encode(secrets.token_bytes(_LENGTH))
        path.parent.mkdir(parents=True, exist_ok=True)
        candidate = path.with_name(f".key.{secrets.token_hex(4)}")
        write_file(candidate, made, mode=0o600)
        try:
            # A link, not a rename: of two programs that start at once, the first one's key stays.
            os.link(candidate, path)
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise LedgerError(f"{path} may be read by others: run chmod 600 {path}")
        return _decode(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"cannot read the key {path}: {type(error).__name__}") from None
