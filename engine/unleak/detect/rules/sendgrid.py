"""SendGrid."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="sendgrid-key",
        kind="sendgrid-key",
        pattern=token(r"SG\.[A-Za-z0-9_\-]{20,24}\.[A-Za-z0-9_\-]{39,50}", r"A-Za-z0-9_\-"),
        keywords=("sg.",),
        reference="https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
        severity="critical",
        min_entropy=3.0,
        true=(
            '"token": "‹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›"',
        ),
    ),
)
