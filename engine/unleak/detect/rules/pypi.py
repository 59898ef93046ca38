"""PyPI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="pypi-token",
        kind="pypi-token",
        pattern=token(r"pypi-AgE[A-Za-z0-9_\-]{50,1000}", r"A-Za-z0-9_\-"),
        keywords=("pypi-age",),
        reference="https://pypi.org/help/#apitoken",
        severity="critical",
        min_entropy=3.0,
        true=(
            "password = ‹pypi-AgEIcHlwaS5vcmcGAabERLri4WW_BN9g7lOij67E7Xt7atdFD2EyAGgvmChVIUtT7llREczAzxQ00GIisgjbDg2st2TSaDKQqC3YxQptjRKxQsjsnStZ0VJTUMvEAWRZQBBLeXp›",
        ),
    ),
)
