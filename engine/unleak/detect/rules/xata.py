"""Xata."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="xata-key",
        kind="xata-key",
        pattern=token("xau_[A-Za-z0-9]{20,45}"),
        keywords=("xau_",),
        reference="https://xata.io/docs",
        min_entropy=3.0,
        true=("# old one: ‹xau_UFsgjPe2ck7ExwcYC23grKsH1ad6KUED1UJEBPB5›",),
    ),
)
