"""42 school intranet."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="intra42-secret",
        kind="intra42-secret",
        pattern=token("s-s4t2(?:ud|af)-[0-9a-f]{64}"),
        keywords=("s-s4t2ud-", "s-s4t2af-"),
        reference="https://api.intra.42.fr/apidoc",
        min_entropy=3.0,
        true=(
            "  value: ‹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›",
        ),
    ),
)
