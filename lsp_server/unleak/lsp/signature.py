"""Whether a certificate was signed with this user's key; the files it is about are not looked at.

DSSE: https://github.com/secure-systems-lab/dsse; the whole check, with the model's files, is
`unleak verify`'s.
"""

import base64
from collections.abc import Mapping
from typing import Any

from unleak.core.errors import UnleakError
from unleak.core.keys import load_key

VALID = "valid: signed with this machine's key, and not changed since"
CHANGED = "changed after it was signed, or signed with another key"


def signature_of(envelope: Mapping[str, Any]) -> str:
    """`VALID`, `CHANGED`, or why it cannot be said."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        kind = str(envelope["payloadType"]).encode()
        body = base64.b64decode(envelope["payload"], validate=True)
        signatures = [base64.b64decode(entry["sig"]) for entry in envelope["signatures"]]
    except (KeyError, TypeError, ValueError):
        return "not signed"
    try:
        key = Ed25519PrivateKey.from_private_bytes(load_key().certificates).public_key()
    except UnleakError as error:
        return f"cannot be checked: {error}"
    told = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
    for signature in signatures:
        try:
            key.verify(signature, told)
        except InvalidSignature:
            continue
        return VALID
    return CHANGED if signatures else "not signed"
