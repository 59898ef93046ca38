"""Exoscale."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="exoscale-key",
        kind="exoscale-key",
        pattern=token("EXO[0-9a-f]{24}"),
        keywords=("exo",),
        reference="https://community.exoscale.com/",
        severity="medium",
        min_entropy=3.0,
        true=("export TOKEN=‹EXO6a687611a157a5a5b9cff5e6›",),
    ),
)
