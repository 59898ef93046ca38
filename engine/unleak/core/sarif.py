"""SARIF 2.1.0, as far as unleak writes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

import json
import re
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(run: dict[str, Any], rules: list[dict[str, Any]]) -> str:
    """A log of one run of unleak."""
    driver = {"name": "unleak", "semanticVersion": version("unleak"), "rules": rules}
    document = {
        "version": "2.1.0",
        "$schema": _SCHEMA,
        "runs": [{"tool": {"driver": driver}, **run}],
    }
    return json.dumps(document, indent=2)


def file_location(path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    """A place in a file; `path` with slashes."""
    # A URI reference: a space, a colon or a lone surrogate in a name must not break it.
    uri = quote(path.encode("utf-8", "surrogatepass"))
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    return {"physicalLocation": {**place, **({"region": region} if region else {})}}


def plain(text: str) -> str:
    """A message that shows `text` as it is: brackets would make a link (section 3.11.6)."""
    return re.sub(r"[\\\[\]]", r"\\\g<0>", text)
