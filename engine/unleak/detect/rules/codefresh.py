"""Codefresh."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="codefresh-token",
        kind="codefresh-token",
        pattern=assigned("codefresh", r"[0-9a-f]{24}\.[0-9a-f]{32}"),
        keywords=("codefresh",),
        reference="https://codefresh.io/docs/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'config.set("codefresh.api.key", "‹20ef6dc19f8c72036f5b471f.3a4673ec3bfbed7f01c55bb8c29d3210›")',
        ),
        false=('"etag": "5965a7ee1d44aac6c7d055f5.bab8ae7e55241d5f9130ba435ea7efd1"',),
    ),
)
