"""The engine's settings: [engine] and [models] in the unleak.toml of the user's data folder.

Never a repository's file: whoever wrote that one must not choose which command the engine runs,
where secrets are sent, or which folders may be read.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from unleak.core.errors import UsageError
from unleak.core.keys import home

FILE: Final = "unleak.toml"
URL_VARIABLE: Final = "UNLEAK_ENGINE"
TOKEN_VARIABLE: Final = "UNLEAK_ENGINE_TOKEN"  # noqa: S105 - the name, not the token
_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How the engine works.

    url: of the engine that clients use; "" for the local one, "embedded" for none.
    ca: a file of certificates to trust with `url`; "" for the system's.
    idle_minutes: the daemon stops after so long without a request, a listener or a job.
    warm_minutes: the worker, and with it a loaded model, stays for so long after a job.
    warm_memory: bytes that loaded models may take between jobs.
    memory: bytes that a job may take; 0: nine tenths of what the machine has.
    job_hours: a job that takes longer fails.
    keep_old: keep the registry's older versions of a model.
    on_new_model: a command that is run after an erasure; "{path}" stands for the new model.
    roots: folders that requests may name models, outputs and suites in.
    models: names of models, as a server calls them, and their folders.
    """

    url: str = ""
    ca: str = ""
    idle_minutes: float = 15.0
    warm_minutes: float = 10.0
    warm_memory: int = 4 * _GIB
    memory: int = 0
    job_hours: float = 24.0
    keep_old: bool = False
    on_new_model: tuple[str, ...] = ()
    roots: tuple[Path, ...] = ()
    models: Mapping[str, Path] = field(default_factory=dict)


# name: (type, unit the file has it in)
_NUMBERS: Final = {
    "idle_minutes": 1.0,
    "warm_minutes": 1.0,
    "job_hours": 1.0,
    "warm_memory": _GIB,
    "memory": _GIB,
}
_OTHERS: Final = ("url", "ca", "keep_old", "on_new_model", "roots", "ledger")


def read_settings() -> EngineSettings:
    """The settings of the user's data folder; the defaults where there are none.

    Raises:
        UsageError: the file cannot be read, or says what cannot be done.
    """
    file = home() / FILE
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        document = {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or f"not TOML: {error}"
        raise UsageError(f"{file}: {reason}") from None
    return _settings(document, file)


def engine_url(settings: EngineSettings) -> str:
    """$UNLEAK_ENGINE, or what the settings say."""
    return os.environ.get(URL_VARIABLE) or settings.url


def _settings(document: Mapping[str, Any], file: Path) -> EngineSettings:
    table = document.get("engine", {})
    if not isinstance(table, dict):
        raise UsageError(f"{file}: engine must be a table: [engine]")
    values: dict[str, Any] = {}
    for name, value in table.items():
        where = f"{file}: engine.{name}"
        if name in _NUMBERS:
            values[name] = _number(value, where) * _NUMBERS[name]
            if name in ("warm_memory", "memory"):
                values[name] = int(values[name])
        elif name in ("url", "ca"):
            values[name] = _text(value, where)
        elif name == "keep_old":
            if not isinstance(value, bool):
                raise UsageError(f"{where} must be true or false")
            values[name] = value
        elif name in ("on_new_model", "roots"):
            if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
                raise UsageError(f"{where} must be a list of texts")
            values[name] = (
                tuple(Path(v).expanduser() for v in value) if name == "roots" else tuple(value)
            )
        elif name not in _OTHERS:
            raise UsageError(f"{where}: no such setting; there are {', '.join(_names())}")
    for root in values.get("roots", ()):
        if not root.is_absolute():
            raise UsageError(f"{file}: engine.roots: {root} must be an absolute path")
    return EngineSettings(**values, models=_models(document.get("models", {}), file))


def _models(table: Any, file: Path) -> dict[str, Path]:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: models must be tables: [models.NAME]")
    found = {}
    for name, entry in table.items():
        where = f"{file}: models.{name}.path"
        path = Path(_text(entry.get("path") if isinstance(entry, dict) else None, where))
        if not path.expanduser().is_absolute():
            raise UsageError(f"{where} must be an absolute path")
        found[name] = path.expanduser()
    return found


def _names() -> list[str]:
    return sorted([*_NUMBERS, *_OTHERS])


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise UsageError(f"{where} must be a number from 0 on")
    return float(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where} must be a text")
    return value
