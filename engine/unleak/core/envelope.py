"""What a certificate's envelope says, for those who show or keep it.

Whether to believe it is another question, which `unleak.erase.certificate.check` answers.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any


def said_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate's predicate, and in `signed_by` its keys' ids.

    Anything else, such as the report of an erasure that failed, is returned as it is.
    """
    try:
        content = json.loads(base64.b64decode(document["payload"], validate=True))
        predicate = dict(content["predicate"])
        signers = [str(signature["keyid"]) for signature in document["signatures"]]
    except (KeyError, TypeError, ValueError):
        return dict(document)
    return {**predicate, "signed_by": ", ".join(signers)}
