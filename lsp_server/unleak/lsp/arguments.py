"""The one object that a command is given: its fields, with an error that names what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from unleak.lsp.protocol import RefusedError


def text(argument: Mapping[str, Any], name: str, command: str, choices: Sequence[str] = ()) -> str:
    """A text that must be there.

    Raises:
        RefusedError: it is not, or is none of the choices.
    """
    value = argument.get(name)
    if not isinstance(value, str) or not value:
        raise RefusedError(f"{command}: {name} must be a text")
    if choices and value not in choices:
        raise RefusedError(f"{command}: {name} must be one of {', '.join(choices)}")
    return value


def optional(argument: Mapping[str, Any], name: str, command: str) -> str | None:
    """A text that may be missing."""
    return text(argument, name, command) if argument.get(name) not in (None, "") else None


def whole(argument: Mapping[str, Any], name: str, command: str) -> int:
    """A whole number from 0 on."""
    value = argument.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RefusedError(f"{command}: {name} must be a whole number from 0 on")
    return value


def texts(argument: Mapping[str, Any], name: str, command: str) -> list[str]:
    """A list of texts, at least one."""
    value = argument.get(name)
    good = isinstance(value, list) and value and all(isinstance(v, str) and v for v in value)
    if not isinstance(value, list) or not good:
        raise RefusedError(f"{command}: {name} must be a list of texts")
    return list(value)


def only(argument: Mapping[str, Any], names: Sequence[str], command: str) -> None:
    """Nothing else may be in it.

    Raises:
        RefusedError: something is.
    """
    for name in argument:
        if name not in names:
            raise RefusedError(f"{command}: unknown field {name}; it takes {', '.join(names)}")
