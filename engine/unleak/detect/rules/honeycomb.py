"""Honeycomb."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="honeycomb-key",
        kind="honeycomb-key",
        pattern=token("hc[a-z]i[ck]_[a-z0-9]{58}"),
        keywords=tuple(
            f"hc{region}i{kind}_" for region in "abcdefghijklmnopqrstuvwxyz" for kind in "ck"
        ),
        reference="https://docs.honeycomb.io/",
        min_entropy=3.0,
        true=("export TOKEN=‹hcaik_01sy584pngpdvyar1hmd7qpokvmovldfty1lx9dhyn1ur0i6daqryz2s8x›",),
    ),
    Rule(
        id="honeycomb-key-old",
        kind="honeycomb-key",
        pattern=assigned("(?:honeycomb|x-honeycomb-team)", "[A-Za-z0-9]{22}|[0-9a-f]{32}"),
        keywords=("honeycomb",),
        reference="https://docs.honeycomb.io/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('honeycombApiKey := "‹w5CBHmtF71uV5P5Hs3SZWB›"',),
        false=('"etag": "cabtvNl4DY2QkZXDcIKbA1"',),
    ),
)
