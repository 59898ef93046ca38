"""Neon."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="neon-key",
        kind="neon-key",
        pattern=token("napi_[a-z0-9]{60,64}"),
        keywords=("napi_",),
        reference="https://neon.com/docs/manage/api-keys",
        min_entropy=3.0,
        true=(
            '"token": "‹napi_79suszxpxeqxewi3hedxyxuhqnul6hzpq4ez39w57eaid6zr958kush1tx7y6yoo›"',
        ),
    ),
    Rule(
        id="neon-password",
        kind="neon-password",
        pattern=token("npg_[A-Za-z0-9]{12}"),
        keywords=("npg_",),
        reference="https://neon.com/docs/connect/connect-from-any-app",
        min_entropy=2.5,
        true=("PGPASSWORD=‹npg_t54H7txOlSwf›",),
    ),
)
