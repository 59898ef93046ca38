"""Encryption of the ledger's secret column: AES-256-GCM."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unleak.core.errors import LedgerError

_NONCE = 12  # bytes, as NIST SP 800-38D recommends


class Cipher:
    """Encrypts text bound to the row it belongs to, so that rows cannot be swapped."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, text: str, row: str) -> bytes:
        """Nonce and ciphertext."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._aead.encrypt(
            nonce, text.encode("utf-8", "surrogatepass"), row.encode()
        )

    def decrypt(self, sealed: bytes, row: str) -> str:
        """The text.

        Raises:
            LedgerError: another key made it, or it was changed.
        """
        try:
            clear = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], row.encode())
        except InvalidTag:
            raise LedgerError(
                f"leak {row}: cannot be decrypted; the ledger was made with another key"
            ) from None
        return clear.decode("utf-8", "surrogatepass")
