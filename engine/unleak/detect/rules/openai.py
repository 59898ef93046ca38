"""OpenAI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="openai-key",
        kind="openai-key",
        pattern=token(
            r"sk-(?:(?:proj|svcacct|admin|service|None)-[A-Za-z0-9_\-]{20,200}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|(?:[A-Za-z0-9_\-]{1,40}-)?[A-Za-z0-9]{48})",
            r"A-Za-z0-9_\-",
        ),
        keywords=("sk-",),
        reference="https://platform.openai.com/docs/api-reference/authentication",
        severity="critical",
        min_entropy=3.5,
        check="not_placeholder",
        true=(
            'openai.api_key = "‹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›"',
            "OPENAI=‹sk-proj-DqzgkY55O0W4dyKx-0iHk2Dfls19f5gRAKYyD8z-chG8dbU›",
            "connect('‹sk-svcacct-9knanQbIExUdDi9xqecLO3mGoxQNjYQ2kjBLexlBSpvNWYN4FPm4PPynT2RQZQlP›')",
        ),
    ),
    Rule(
        id="openai-session",
        kind="openai-session",
        pattern=token("sess-[A-Za-z0-9]{40}"),
        keywords=("sess-",),
        reference="https://platform.openai.com/docs/api-reference/authentication",
        severity="medium",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹sess-KLcFUnChR9khDwOUqwqSYAQbHcz8CtB2ZFwJgcYm›"',),
    ),
)
