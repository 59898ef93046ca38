"""Fastly."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="fastly-token",
        kind="fastly-token",
        pattern=assigned("fastly", r"[A-Za-z0-9_\-]{32}", r"A-Za-z0-9_\-"),
        keywords=("fastly",),
        reference="https://www.fastly.com/documentation/reference/api/auth-tokens/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("fastly_api_key: ‹WDO4LuwhwIRHXEoZbiJWfRpI_hA56Whd›",),
        false=("commit: OtE0_JbsN2VjJHa18FRSR071sYqFl9r2",),
    ),
)
