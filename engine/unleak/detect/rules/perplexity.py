"""Perplexity."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="perplexity-key",
        kind="perplexity-key",
        pattern=token("pplx-(?:[A-Za-z0-9]{48}|[0-9a-f]{56})"),
        keywords=("pplx-",),
        reference="https://docs.perplexity.ai/",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹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›"',),
    ),
)
