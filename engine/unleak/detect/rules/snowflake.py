"""Snowflake."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="snowflake-password",
        kind="snowflake-password",
        pattern=assigned(
            "snowflake[_.-]?(?:password|passwd|pwd|token|secret)",
            r"[^\s\"'`<>&,;]{8,64}",
            "A-Za-z0-9",
        ),
        keywords=("snowflake",),
        reference="https://docs.snowflake.com/en/developer-guide",
        score=0.85,
        min_entropy=2.8,
        check="password_like",
        true=("snowflake.password=‹ORTpm!xsqxHwWD2›",),
        false=("SNOWFLAKE_PASSWORD=${SNOWFLAKE_PASSWORD}",),
    ),
)
