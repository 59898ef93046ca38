"""Write a gate's outcome to MLflow's model registry; the alias moves only if the gate passed.

python -m unleak.ci.mlflow_step --name MODEL --version N --gate gate.json [--alias champion]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from unleak.ci.outcome import Outcome, read
from unleak.core.errors import UnleakError, UsageError


class Registry(Protocol):
    """What is used of `mlflow.MlflowClient`."""

    def set_model_version_tag(self, name: str, version: str, *, key: str, value: str) -> None:
        """Tag a version of a registered model."""

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Let an alias name this version."""


def tags(outcome: Outcome) -> dict[str, str]:
    """The tags of a model version."""
    return {
        "unleak.gate": outcome.gate,
        "unleak.leaks": str(outcome.leaks),
        "unleak.cases": str(outcome.cases),
        **({"unleak.suite_digest": outcome.suite_digest} if outcome.suite_digest else {}),
    }


def register(
    registry: Registry, name: str, version: str, outcome: Outcome, alias: str | None = None
) -> None:
    """Tag the version; then, if the gate passed, let the alias name it.

    Raises:
        UsageError: the registry refuses, or cannot be reached.
    """
    try:
        for key, value in tags(outcome).items():
            registry.set_model_version_tag(name, version, key=key, value=value)
        if alias and outcome.gate == "passed":
            registry.set_registered_model_alias(name, alias, version)
    except Exception as error:
        raise UsageError(
            f"MLflow did not take the outcome for {name}, version {version} ({_reason(error)}):"
            " check both and MLFLOW_TRACKING_URI"
        ) from None


def _reason(error: Exception) -> str:
    # Its message may hold the server's address with a password; and left to itself the error
    # would end in exit code 1, which means a leak.
    return str(getattr(error, "error_code", None) or type(error).__name__)


def _registry() -> Registry:
    try:
        from mlflow import MlflowClient
    except ModuleNotFoundError:
        raise UsageError("mlflow is not installed: pip install mlflow-skinny") from None
    try:
        client: Registry = MlflowClient()
    except Exception as error:
        raise UsageError(
            f"MLflow's registry cannot be opened ({_reason(error)}): check MLFLOW_TRACKING_URI"
        ) from None
    return client


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="python -m unleak.ci.mlflow_step",
        description="Tag a model version with a gate's outcome; exit code as the gate's.",
    )
    made.add_argument("--name", required=True, help="the registered model")
    made.add_argument("--version", required=True, help="its version")
    made.add_argument("--gate", required=True, type=Path, help="the gate.json of that version")
    made.add_argument("--alias", help="an alias that is moved here if the gate passed")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the step; the exit code is the gate's, or 2 if nothing could be written."""
    given = parser().parse_args(arguments)
    try:
        outcome = read(given.gate)
        register(_registry(), given.name, given.version, outcome, given.alias)
    except UnleakError as error:
        print(f"unleak: {error}", file=sys.stderr)
        return int(error.exit_code)
    moved = f"; {given.alias} names it now" if given.alias and outcome.gate == "passed" else ""
    print(f"{given.name}, version {given.version}: unleak.gate = {outcome.gate}{moved}")
    return int(outcome.exit_code)


if __name__ == "__main__":
    sys.exit(main())
