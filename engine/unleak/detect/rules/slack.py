"""Slack."""

from unleak.detect.rule import Rule

_DOCS = "https://docs.slack.dev/authentication/tokens"

RULES = (
    Rule(
        id="slack-token",
        kind="slack-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>xox[abeprs]-[A-Za-z0-9\-]{20,200})(?![A-Za-z0-9\-])",
        keywords=("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"),
        reference=_DOCS,
        min_entropy=3.0,
        true=('bot = "‹xoxb-391298984624-771514987639-Q7bRtYv2NdLXz3k9mWgKsHeP›"',),
        false=("xoxb-your-token",),
    ),
    Rule(
        id="slack-webhook",
        kind="slack-webhook",
        pattern=r"(?P<value>https://hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,28})",
        keywords=("hooks.slack.com",),
        reference=_DOCS,
        true=("‹https://hooks.slack.com/services/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›",),
    ),
)
