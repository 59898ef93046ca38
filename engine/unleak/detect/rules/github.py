"""GitHub."""

from unleak.detect.rule import Rule

_DOCS = "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github"

RULES = (
    Rule(
        id="github-token",
        kind="github-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>gh[pousr]_[A-Za-z0-9]{36})(?![A-Za-z0-9])",
        keywords=("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        reference=_DOCS,
        min_entropy=3.0,
        true=('token: "‹ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi›"',),
        false=("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_short"),
    ),
    Rule(
        id="github-fine-grained-token",
        kind="github-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>github_pat_[A-Za-z0-9_]{82})(?![A-Za-z0-9_])",
        keywords=("github_pat_",),
        reference=_DOCS,
        min_entropy=3.0,
        true=(
            "GH=‹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›",
        ),
    ),
)
