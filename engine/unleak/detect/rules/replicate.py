"""Replicate."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="replicate-token",
        kind="replicate-token",
        pattern=token("r8_[A-Za-z0-9]{37}"),
        keywords=("r8_",),
        reference="https://replicate.com/docs/reference/http",
        min_entropy=3.0,
        true=("connect('‹r8_mHUJUTi6us2m6RAGFe0hQyZx4W6mgijCEZIK4›')",),
    ),
)
