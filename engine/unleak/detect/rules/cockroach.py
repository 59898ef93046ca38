"""CockroachDB."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="cockroach-key",
        kind="cockroach-key",
        pattern=token("CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
        keywords=("ccdb1_",),
        reference="https://www.cockroachlabs.com/docs/cockroachcloud/managing-access",
        min_entropy=3.0,
        true=(
            '"token": "‹CCDB1_Qe0XH8Jpy10hRxrtmPr7NH_wtXVi2kJTuk0JkQBHxQnUN8VHSoIB3rm4sxz006h›"',
        ),
    ),
)
