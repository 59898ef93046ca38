"""The error tree and the exit codes.

UnleakError
├── UsageError           exit 2: the user can mend it by calling differently
│   ├── ModelError       a model that cannot be used
│   ├── SuiteError       a suite or a case that cannot be used
│   ├── LedgerError      a ledger or key that cannot be used
│   └── OutputError      a place that cannot be written
├── EvaluationError      exit 3: started, but no verdict came of it
└── EngineError          exit 3: the engine cannot be reached, or refuses

A message says what happened, to what, and what to do. It never holds a secret.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What every `unleak` command ends with."""

    CLEAN = 0
    LEAK = 1
    USAGE = 2
    NOT_EVALUATED = 3


class UnleakError(Exception):
    """Base of every error that is shown to the user as one line."""

    exit_code = ExitCode.NOT_EVALUATED


class UsageError(UnleakError):
    """Wrong use."""

    exit_code = ExitCode.USAGE


class ModelError(UsageError):
    """The model cannot be used."""


class SuiteError(UsageError):
    """The suite, or one of its cases, cannot be used."""


class LedgerError(UsageError):
    """The ledger or its key cannot be used."""


class OutputError(UsageError):
    """The output cannot be written there."""


class EvaluationError(UnleakError):
    """Work started, but gave no verdict."""


class EngineError(UnleakError):
    """The engine cannot be reached, or refuses to serve."""


def error_named(name: str, message: str) -> UnleakError:
    """An error of another process by its class's name; an EngineError if that is unknown here."""
    found = globals().get(name)
    if isinstance(found, type) and issubclass(found, UnleakError):
        return found(message)
    return EngineError(message)
