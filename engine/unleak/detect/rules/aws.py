"""Amazon Web Services."""

from unleak.detect.rule import Rule

_DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"

RULES = (
    Rule(
        id="aws-access-key",
        kind="aws-access-key",
        pattern=r"(?<![A-Za-z0-9])(?P<value>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?![A-Za-z0-9])",
        keywords=("akia", "asia", "abia", "acca"),
        reference=_DOCS,
        min_entropy=2.5,
        check="not_placeholder",
        true=('key = "‹AKIAQ3MZT5KX7N2WJ6PB›"',),
        false=('key = "AKIAIOSFODNN7EXAMPLE"', "NAKIAQ3MZT5KX7N2WJ6PB"),
    ),
    Rule(
        id="aws-secret-key",
        kind="aws-secret-key",
        pattern=(
            r"(?i:aws|secret_?access)[\w.\-\"'\]]{0,40}\s{0,4}(?:=>|[:=])\s{0,4}[\"']?"
            r"(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
        keywords=("aws", "secretaccess", "secret_access"),
        reference=_DOCS,
        min_entropy=3.8,
        check="not_placeholder",
        true=('aws_secret_access_key = "‹pW8xK2mQv7TzB4nRj9LcYh3GdF6sEaU1oXi5VqNk›"',),
        false=('aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',),
    ),
)
