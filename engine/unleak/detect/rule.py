"""What a rule is."""

import re
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Rule:
    """One kind of secret or personal datum, as data.

    `pattern` holds a group named `value`: exactly the secret. It runs only where one of
    `keywords` (lower case) occurs in the text; no keyword means always. `score` is how sure a
    match is; `min_entropy` (bits a character of the value) weeds out words and placeholders.
    `true` and `false` are examples that the tests run: in a true one, ‹ and › mark the value.
    """

    id: str
    kind: str
    pattern: str
    keywords: tuple[str, ...]
    reference: str
    true: tuple[str, ...]
    false: tuple[str, ...] = ()
    score: float = 0.95
    min_entropy: float = 0.0
    check: str = field(default="")  # name of a check in unleak.detect.checks

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)
