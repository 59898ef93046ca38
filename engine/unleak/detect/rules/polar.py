"""Polar."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="polar-token",
        kind="polar-token",
        pattern=token("polar_(?:oat|pat|whs|cst)_[A-Za-z0-9]{32,44}"),
        keywords=("polar_",),
        reference="https://polar.sh/docs",
        min_entropy=3.0,
        true=("  value: ‹polar_oat_n6Py9bJKQunNVZA0eNua3cGAjCIXKoSUviBWLlKcmvn›",),
    ),
)
