"""The gate's outcome as gate.json."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.core.files import write_file

if TYPE_CHECKING:
    from unleak.ci.gate import Gate


def text(gate: "Gate") -> str:
    """The gate JSON."""
    return json.dumps(gate.as_json(), indent=2) + "\n"


def write(gate: "Gate", folder: Path) -> Path:
    """Write gate.json into a report folder."""
    path = folder / "gate.json"
    write_file(path, text(gate))
    return path
