"""detect-secrets as a further source of rules.

Its patterns for credentials that own rules do not cover are used, through plugin objects that are
built once and never touched again: its global settings are not thread-safe, and its `scan_line`
reports every word. Several of its patterns match only a part of the value, so a span grows to the
end of the token it stands in.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

# Module, class, kind, keywords (see `Rule.keywords`) of lines where it is worth running.
_PLUGINS = (
    ("azure_storage_key", "AzureStorageKeyDetector", "azure-storage-key", ("accountkey=",)),
    ("cloudant", "CloudantDetector", "cloudant-credential", ("cloudant",)),
    ("ibm_cloud_iam", "IbmCloudIamDetector", "ibm-cloud-key", ("ibm", "iam")),
    ("ibm_cos_hmac", "IbmCosHmacDetector", "ibm-cos-key", ("cos", "ibm", "hmac")),
    ("mailchimp", "MailchimpDetector", "mailchimp-key", ("-us0",)),
    ("softlayer", "SoftlayerDetector", "softlayer-key", ("softlayer",)),
    ("square_oauth", "SquareOAuthDetector", "square-token", ("sq0csp",)),
    ("telegram_token", "TelegramBotTokenDetector", "telegram-token", ("00000000:",)),
)
# Some patterns take a time that grows with the cube of a run of blanks.
_BLANKS = re.compile(r"[ \t]{24,}")
_TOKEN = re.compile(r"[A-Za-z0-9_\-+/=.:~]*")
# Some patterns take the name that a value is assigned to along.
_NAME = re.compile(r"[A-Za-z_]{3,40}\s?[=:]\s?(?=.)")
_SCORE = 0.8
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One match, before it becomes a finding."""

    rule: str
    kind: str
    start: int
    value: str
    score: float


class Source:
    """The chosen plugins' patterns, compiled.

    keywords: of each plugin, in the order of the indices that `hits` takes.

    Args:
        disabled: ids of rules that are left out.
    """

    def __init__(self, disabled: Collection[str] = ()) -> None:
        chosen = [plugin for plugin in _PLUGINS if _id(plugin[0]) not in disabled]
        self.keywords = tuple(keywords for *_, keywords in chosen)
        self._chosen = chosen

    @cached_property
    def _patterns(self) -> list[tuple[str, str, list[re.Pattern[str]]]]:
        """Read when the first line asks: the import takes longer than most scans."""
        return [
            (
                _id(module),
                kind,
                list(getattr(import_module(f"detect_secrets.plugins.{module}"), name)().denylist),
            )
            for module, name, kind, _ in self._chosen
        ]

    def hits(self, plugin: int, line: str) -> Iterator[Hit]:
        """What one plugin matches in a line, with the spans repaired."""
        rule, kind, patterns = self._patterns[plugin]
        starts = [0, *(blanks.end() for blanks in _BLANKS.finditer(line))]
        for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
            piece = line[start:end].rstrip()
            for pattern in patterns:
                for match in pattern.finditer(piece):
                    at, value = _repaired(piece, pattern, match)
                    if len(value) >= _SHORTEST:
                        yield Hit(rule, kind, start + at, value, _SCORE)


def _id(module: str) -> str:
    return f"detect-secrets/{module}"


def ids() -> list[str]:
    """The ids of its rules."""
    return [_id(module) for module, *_ in _PLUGINS]


def _repaired(line: str, pattern: re.Pattern[str], match: re.Match[str]) -> tuple[int, str]:
    groups = [i for i in range(1, (pattern.groups or 0) + 1) if match[i]]
    # The secret is the longest group; patterns without groups match it whole.
    group = max(groups, key=lambda i: len(match[i]), default=0)
    start, end = match.span(group)
    tail = _TOKEN.match(line, end)
    end = tail.end() if tail else end
    name = _NAME.match(line, start, end)
    start = name.end() if name else start
    return start, line[start:end].rstrip(".:")
