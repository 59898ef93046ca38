"""StackHawk."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="stackhawk-key",
        kind="stackhawk-key",
        pattern=token(r"hawk\.[A-Za-z0-9_\-]{20}\.[A-Za-z0-9_\-]{20}", r"A-Za-z0-9_\-"),
        keywords=("hawk.",),
        reference="https://docs.stackhawk.com/",
        min_entropy=3.0,
        true=("# old one: ‹hawk.4EA8l4Nakr54GfmAdHSj.8wpff2-36akBvTzYtMg1›",),
    ),
)
