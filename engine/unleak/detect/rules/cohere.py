"""Cohere."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="cohere-key",
        kind="cohere-key",
        pattern=assigned("(?:cohere|co_api)", "[A-Za-z0-9]{40}"),
        keywords=("cohere", "co_api"),
        reference="https://docs.cohere.com/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("--cohere-api-key ‹iZ1rdkJDCJFY32dedV5uqqjttK8X5nDw4lCSrpKv›",),
        false=('checksum = "Xj9t86ew8teIhQifFzMsndKaAZPULtbWABfMMzRG"',),
    ),
)
