"""detect-secrets as a further source of rules.

Only its patterns with a fixed format are used, through plugin objects that are built once and
never touched again: its global settings are not thread-safe, and its `scan_line` reports every
word. Several of its patterns match only a part of the value, so a span grows to the end of the
token it stands in.
"""

import re
from dataclasses import dataclass
from importlib import import_module

# Module, class, kind. Providers that own rules cover are left out.
_PLUGINS = (
    ("artifactory", "ArtifactoryDetector", "artifactory-token"),
    ("azure_storage_key", "AzureStorageKeyDetector", "azure-storage-key"),
    ("cloudant", "CloudantDetector", "cloudant-credential"),
    ("discord", "DiscordBotTokenDetector", "discord-token"),
    ("ibm_cloud_iam", "IbmCloudIamDetector", "ibm-cloud-key"),
    ("ibm_cos_hmac", "IbmCosHmacDetector", "ibm-cos-key"),
    ("mailchimp", "MailchimpDetector", "mailchimp-key"),
    ("softlayer", "SoftlayerDetector", "softlayer-key"),
    ("square_oauth", "SquareOAuthDetector", "square-token"),
    ("telegram_token", "TelegramBotTokenDetector", "telegram-token"),
)
_TOKEN = re.compile(r"[A-Za-z0-9_\-+/=.:~]*")
# Some patterns take the name that a value is assigned to along.
_NAME = re.compile(r"[A-Za-z_]{3,40}\s?[=:]\s?(?=.)")
_SCORE = 0.8


@dataclass(frozen=True, slots=True)
class Hit:
    """One match, before it becomes a finding."""

    rule: str
    kind: str
    start: int
    value: str
    score: float


class Source:
    """The chosen plugins' patterns, compiled."""

    def __init__(self) -> None:
        self._patterns: list[tuple[str, str, re.Pattern[str]]] = []
        for module, name, kind in _PLUGINS:
            plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
            for pattern in plugin.denylist:
                self._patterns.append((f"detect-secrets/{module}", kind, pattern))

    def hits(self, text: str) -> list[Hit]:
        """Every match in the text, with its span repaired."""
        result: list[Hit] = []
        for rule, kind, pattern in self._patterns:
            for match in pattern.finditer(text):
                groups = [i for i in range(1, (pattern.groups or 0) + 1) if match[i]]
                # The secret is the longest group; patterns without groups match it whole.
                group = max(groups, key=lambda i: len(match[i]), default=0)
                start, end = match.span(group)
                tail = _TOKEN.match(text, end)
                end = tail.end() if tail else end
                name = _NAME.match(text, start, end)
                start = name.end() if name else start
                value = text[start:end].rstrip(".:")
                if len(value) >= 8:
                    result.append(Hit(rule, kind, start, value, _SCORE))
        return result
