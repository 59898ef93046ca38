"""OpenRouter."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="openrouter-key",
        kind="openrouter-key",
        pattern=token("sk-or-(?:v1-)?[0-9a-f]{64}"),
        keywords=("sk-or-",),
        reference="https://openrouter.ai/docs",
        min_entropy=3.0,
        true=(
            '"token": "‹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›"',
        ),
    ),
)
