"""Mail and messages."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="sendgrid-key",
        kind="sendgrid-key",
        pattern=r"(?<![A-Za-z0-9])(?P<value>SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43})(?![A-Za-z0-9_\-])",
        keywords=("sg.",),
        reference="https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
        true=("‹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›",),
    ),
    Rule(
        id="twilio-key",
        kind="twilio-key",
        pattern=r"(?<![A-Za-z0-9])(?P<value>(?:SK|AC)[0-9a-f]{32})(?![A-Za-z0-9])",
        keywords=("sk", "ac"),
        reference="https://www.twilio.com/docs/iam/api-keys",
        min_entropy=3.0,
        true=('twilio = "‹SK4e6eec4578bc54e5ffe79f610da9f8c2›"',),
    ),
)
