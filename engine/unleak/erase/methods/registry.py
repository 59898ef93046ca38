"""The methods by name, and their settings as a command line gives them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from unleak.core.errors import UsageError
from unleak.erase.methods.bounded import Bounded
from unleak.erase.methods.codeeraser import CodeEraser
from unleak.erase.methods.cu import Constrained
from unleak.erase.methods.demem import DeMemorization
from unleak.erase.methods.ga import GradientAscent
from unleak.erase.methods.ga_gd import GradientDifference
from unleak.erase.methods.ga_kl import GradientAscentKL
from unleak.erase.methods.ga_sequential import SequentialGradientAscent
from unleak.erase.methods.npo import NegativePreference
from unleak.erase.methods.simnpo import SimpleNegativePreference
from unleak.erase.methods.training import Training
from unleak.erase.settings import Settings

TRAINING: dict[str, type[Training]] = {
    method.name: method
    for method in (
        GradientAscent, SequentialGradientAscent, GradientDifference, GradientAscentKL, Constrained,
        CodeEraser, DeMemorization, NegativePreference, SimpleNegativePreference, Bounded,
    )
}  # fmt: skip
METHODS = ("auto", "edit", *TRAINING)
_TRUTH = {"true": True, "false": False}


def method_of(name: str, settings: Mapping[str, str]) -> Training | Settings:
    """A method with its settings; those of `auto` are the ones of its edit.

    Raises:
        UsageError: no such method, no such setting, or a value that it cannot have.
    """
    if name not in METHODS:
        raise UsageError(f"--method {name}: choose one of {', '.join(METHODS)}")
    kind: type[Training] | type[Settings] = TRAINING.get(name, Settings)
    known = {field.name: field.type for field in fields(kind)}
    values: dict[str, Any] = {}
    for key, text in settings.items():
        if key not in known:
            raise UsageError(
                f"--setting {key}: method {name} has no such setting; it has {', '.join(known)}"
            )
        values[key] = _value(key, text, known[key])
    return kind(**values)


def _value(key: str, text: str, kind: Any) -> bool | int | float | str:
    """The text as the type of its field."""
    if kind is bool:
        if text.lower() not in _TRUTH:
            raise UsageError(f"--setting {key}={text}: say true or false")
        return _TRUTH[text.lower()]
    if kind in (int, float):
        try:
            value: int | float = kind(text)
        except ValueError:
            what = "a whole number" if kind is int else "a number"
            raise UsageError(f"--setting {key}={text}: {what} is needed") from None
        if value != value or value in (float("inf"), float("-inf")):
            raise UsageError(f"--setting {key}={text}: a finite number is needed")
        return value
    return text
