"""Lob."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="lob-key",
        kind="lob-key",
        pattern=token("(?:live|test)_(?:pub_)?[0-9a-f]{31,35}"),
        keywords=("live_", "test_"),
        reference="https://docs.lob.com/",
        score=0.9,
        min_entropy=3.0,
        digit=True,
        true=("export TOKEN=‹live_39e0e7bdc3900a88a972355186050685f69›",),
    ),
)
