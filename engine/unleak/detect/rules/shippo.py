"""Shippo and EasyPost."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="shippo-token",
        kind="shippo-token",
        pattern=token("shippo_(?:live|test)_[0-9a-fA-F]{40}"),
        keywords=("shippo_",),
        reference="https://docs.goshippo.com/",
        min_entropy=3.0,
        true=("# old one: ‹shippo_live_396eecadae9d068336116f56333ee6d28a9745d4›",),
    ),
    Rule(
        id="easypost-key",
        kind="easypost-key",
        pattern=token("EZ[AT]K[A-Za-z0-9]{54}"),
        keywords=("ezak", "eztk"),
        reference="https://docs.easypost.com/docs/authentication",
        min_entropy=3.0,
        true=('token = "‹EZAKLFF8vucxlX2TVF416Gwxj9UByISLd6G2sja4d98CDaekfTQ3AklXQE›"',),
    ),
)
