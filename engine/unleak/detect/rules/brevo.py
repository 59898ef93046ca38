"""Brevo (Sendinblue)."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="brevo-key",
        kind="brevo-key",
        pattern=token("x(?:keysib|smtpsib)-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
        keywords=("xkeysib-", "xsmtpsib-"),
        reference="https://developers.brevo.com/",
        min_entropy=3.0,
        true=(
            'token = "‹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›"',
        ),
    ),
)
