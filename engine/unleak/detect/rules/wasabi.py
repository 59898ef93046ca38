"""Wasabi."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="wasabi-secret-key",
        kind="wasabi-secret-key",
        pattern=assigned("wasabi", "[A-Za-z0-9/+]{40}", "A-Za-z0-9/+="),
        keywords=("wasabi",),
        reference="https://docs.wasabi.com/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('const wasabiSecretKey = "‹seFz6WViGF27bU1VkQ9Qi3NMy8pwq0cPPiEoC925›";',),
        false=('"etag": "gBSwPoh1dXk4xLq07Pu4lr0VA8VRIRmK5znPFmb0"',),
    ),
)
