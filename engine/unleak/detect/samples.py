"""Keys that their own providers print in manuals and sample projects: no leaks.

Kept as the start of their SHA-256, so that this file is not itself a list of keys. They are
published, so nothing is lost by a hash that can be tried out. Source of the Google keys: the
allow-list of gitleaks' rule `gcp-api-key`.
"""

from hashlib import sha256

_PUBLISHED = frozenset(
    (
        "2037abcaffb2b777",
        "27a9a42931dff7eb",
        "37f8f09bdf12c2f2",
        "3a8b61d0f636b007",
        "3f370c9dd8225c63",
        "49f777db995e8260",
        "4c98242dcadc8b29",
        "8731261cb72d8626",
        "a19f89ab3555eac1",
        "a6c814bc555ae62c",
        "dc0fcf046c61640c",
        "e4a5542bb7fd7b67",
        "ea9bb1082cf95663",
        "eb540d2b6ee2a0a4",
    )
)


def published(value: str) -> bool:
    """Whether a value is such a key."""
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16] in _PUBLISHED
