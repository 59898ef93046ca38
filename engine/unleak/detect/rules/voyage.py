"""Voyage AI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="voyage-key",
        kind="voyage-key",
        pattern=token(r"pa-[A-Za-z0-9_\-]{43}|al-[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("pa-", "al-"),
        reference="https://docs.voyageai.com/",
        min_entropy=3.0,
        check="mixed",
        true=("connect('‹pa-6_yMXsECg9h3n_y-qSL3PdOkqG3iP4hP4P9dvwqKdCu›')",),
    ),
)
