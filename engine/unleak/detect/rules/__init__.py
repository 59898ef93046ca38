"""The rules: one provider or type a file, each a tuple RULES."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from unleak.detect.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of every file in this folder."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return tuple(rule for module in modules for rule in module.RULES)
