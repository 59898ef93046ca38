"""Upstash."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="upstash-token",
        kind="upstash-token",
        pattern=assigned("(?:upstash|kv_rest_api)", "[A-Za-z0-9+/]{40,120}={0,2}", "A-Za-z0-9+/="),
        keywords=("upstash", "kv_rest_api"),
        reference="https://upstash.com/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "export UPSTASH_REDIS_REST_TOKEN=‹AC1s4s11xs8nP0vvTuLJ3HQ9ivWctxdSXZlv0VrUrMLEiWxfbi9dlPO2=›",
        ),
        false=('"etag": "AXQcrbY4QmmxEF2WsXEHQ50sDjU5de1dqgMBkbTG4DEWESc2HOCqVGsd="',),
    ),
)
