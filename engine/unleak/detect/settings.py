"""What the user adds to the built-in rules and takes away from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from unleak.detect.allow import Allowlist
from unleak.detect.rule import Rule


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of detection.

    rules: the user's own.
    disabled: ids of built-in rules that do not run.
    allow: what is not reported.
    source: the file they were read from, or nothing.
    warnings: what in that file was not understood, a line each.
    """

    rules: tuple[Rule, ...] = ()
    disabled: frozenset[str] = frozenset()
    allow: Allowlist = field(default_factory=Allowlist)
    source: str = ""
    warnings: tuple[str, ...] = ()

    def apply(self, built_in: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules that run: those built in that are not disabled, and the user's own."""
        return *(rule for rule in built_in if rule.id not in self.disabled), *self.rules


NO_SETTINGS = Settings()
