"""The Secret type: a value that does not show itself."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret value with its kind and fingerprint.

    `repr`, `str` and `format` show the kind and the fingerprint only, so that a log line or a
    traceback that meets one stays clean. `reveal()` is the one way to the value.
    """

    value: str = field(repr=False)
    kind: str
    fingerprint: str

    def reveal(self) -> str:
        """The value in clear."""
        return self.value

    def __repr__(self) -> str:
        return f"<{self.kind} {self.fingerprint}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)


@dataclass(frozen=True, slots=True, repr=False)
class Fingerprinter:
    """Makes fingerprints: HMAC-SHA256 under a key, cut to 96 bits.

    Keyed, because a plain hash of a short secret can be guessed.
    """

    key: bytes

    @property
    def id(self) -> str:
        """What tells this key from another, and tells nothing else: 8 hexadecimal digits."""
        return self.fingerprint("unleak key id 1")[:8]

    def fingerprint(self, value: str) -> str:
        """The fingerprint of a value: 24 hexadecimal digits."""
        return digest(self.key, value.encode("utf-8", "surrogatepass"), sha256).hex()[:24]

    def secret(self, value: str, kind: str) -> Secret:
        """Wrap a value."""
        return Secret(value, kind, self.fingerprint(value))

    def __repr__(self) -> str:
        return "<Fingerprinter>"
