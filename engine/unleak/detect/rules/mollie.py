"""Mollie."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="mollie-key",
        kind="mollie-key",
        pattern=token("(?:live|test)_[A-Za-z0-9]{30}|access_[A-Za-z0-9]{30}"),
        keywords=("live_", "test_", "access_"),
        reference="https://docs.mollie.com/reference/authentication",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        digit=True,
        true=("  value: ‹live_j82KawaPeEwW4tkmcdl7OtqJid01sx›",),
    ),
)
