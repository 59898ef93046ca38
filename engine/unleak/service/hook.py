"""The serving hook: the user's command that is told of a new model."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

_PATIENCE: Final = 300  # seconds
# No key, no token, no secret of the user's shell reaches the command by accident.
_KEPT: Final = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "XDG_RUNTIME_DIR")


def call_hook(command: Sequence[str], path: Path, name: str) -> dict[str, Any]:
    """Run [engine] on_new_model; what came of it. It never raises: the erasure stands anyway.

    No shell takes part. What the command prints is not kept.

    Args:
        command: program and arguments; "{path}" and "{name}" stand for the model's.
        path: the new model's folder.
        name: of the model.
    """
    arguments = [part.replace("{path}", str(path)).replace("{name}", name) for part in command]
    environment = {key: value for key, value in os.environ.items() if key in _KEPT}
    try:
        code = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_PATIENCE,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return {"ok": False, "reason": f"it took longer than {_PATIENCE} s and was stopped"}
    except OSError as error:
        return {"ok": False, "reason": f"it cannot be started: {error.strerror}"}
    if code:
        return {"ok": False, "reason": f"it ended with {code}"}
    return {"ok": True, "reason": ""}
