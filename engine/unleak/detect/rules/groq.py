"""Groq."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="groq-key",
        kind="groq-key",
        pattern=token("gsk_[A-Za-z0-9]{52}"),
        keywords=("gsk_",),
        reference="https://console.groq.com/docs",
        min_entropy=3.0,
        true=("  value: ‹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›",),
    ),
)
