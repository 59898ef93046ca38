"""Infracost."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="infracost-key",
        kind="infracost-key",
        pattern=token("ico-[A-Za-z0-9]{32}", "A-Za-z0-9.=_-"),
        keywords=("ico-",),
        reference="https://www.infracost.io/docs/",
        min_entropy=3.3,
        check="mixed",
        true=('token = "‹ico-ko7uOLhPy8bAZoLiq2qkLVMxwYrVfAFi›"',),
    ),
)
