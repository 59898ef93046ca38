"""Yandex Cloud."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="yandex-api-key",
        kind="yandex-api-key",
        pattern=token(r"AQVN[A-Za-z0-9_\-]{35,38}", r"A-Za-z0-9_\-"),
        keywords=("aqvn",),
        reference="https://yandex.cloud/en/docs/iam/concepts/authorization/",
        min_entropy=3.0,
        true=("# old one: ‹AQVNipQhTBQpGX9znk5yyIAPVJzS7yHPS3x6Nk1v›",),
    ),
    Rule(
        id="yandex-iam-token",
        kind="yandex-iam-token",
        pattern=token(
            r"t1\.[A-Za-z0-9_\-]{20,400}={0,2}\.[A-Za-z0-9_\-]{86}={0,2}", r"A-Za-z0-9_\-"
        ),
        keywords=("t1.",),
        reference="https://yandex.cloud/en/docs/iam/concepts/authorization/",
        min_entropy=3.0,
        true=(
            'token = "‹t1.9euveBFXe5vBkNjcKlDOx4pTgWOdJttIWuXN06hLcELAo-EuVOEnYhm_MUXYnE6.a0Ar2Zsngjw0L2IXJSZt33pdvVuUigXIX9nTqHYulvgaQ-4yXK4uJoJ0vME2XdwjqPIAaL3aykIvJlnimxUHKn›"',
        ),
    ),
    Rule(
        id="yandex-oauth-token",
        kind="yandex-oauth-token",
        pattern=token(r"y[0-3]_[A-Za-z0-9_\-]{55,65}", r"A-Za-z0-9_\-"),
        keywords=("y0_", "y1_", "y2_", "y3_"),
        reference="https://yandex.cloud/en/docs/iam/concepts/authorization/",
        min_entropy=3.0,
        true=('"token": "‹y0_AgAAAAv-DsPDhHL4c6nK1_aVCa4k4CdhJ_SAx3ksM9yWp501hr-WWd2FfC›"',),
    ),
    Rule(
        id="yandex-secret-key",
        kind="yandex-secret-key",
        pattern=token(r"YC[A-Za-z0-9_\-]{38}", r"A-Za-z0-9_\-"),
        keywords=tuple(f"yc{sign}" for sign in "abcdefghijklmnopqrstuvwxyz0123456789_-"),
        reference="https://yandex.cloud/en/docs/iam/concepts/authorization/",
        score=0.9,
        min_entropy=3.0,
        check="mixed",
        true=('secret: "‹YCM9rU25dWx3Ufzk2FuQz2qTxI4tcDmYJVxYlxYk›"',),
    ),
)
