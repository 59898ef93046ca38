"""Package registries."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="npm-token",
        kind="npm-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])",
        keywords=("npm_",),
        reference="https://docs.npmjs.com/about-access-tokens",
        min_entropy=3.0,
        true=("//registry/:_authToken=‹npm_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi›",),
    ),
    Rule(
        id="pypi-token",
        kind="pypi-token",
        pattern=r"(?P<value>pypi-AgE[A-Za-z0-9_\-]{50,250})(?![A-Za-z0-9_\-])",
        keywords=("pypi-age",),
        reference="https://pypi.org/help/#apitoken",
        min_entropy=3.0,
        true=("password = ‹pypi-AgEIcHlwaS5vcmcq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtP3LmW5v›",),
    ),
)
