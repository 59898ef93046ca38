"""Figma."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="figma-token",
        kind="figma-token",
        pattern=token(r"fig[duoh]{1,2}_[A-Za-z0-9_\-]{38,60}", r"A-Za-z0-9_\-"),
        keywords=("figd_", "figu_", "figo_", "figdh_", "figuh_", "figoh_"),
        reference="https://www.figma.com/developers/api",
        min_entropy=3.0,
        true=('"token": "‹figd_4SNK2I9lv5eogp3pzE-sz1EpRiuosVzSQkwAzDw_O30›"',),
    ),
    Rule(
        id="figma-token-old",
        kind="figma-token",
        pattern=assigned("figma", "[0-9]{4,8}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("figma",),
        reference="https://www.figma.com/developers/api",
        score=0.85,
        min_entropy=3.0,
        true=("'figma_token' => '‹491451-0d3f7f5b-63ca-4fff-9c26-15b5b706d51a›',",),
        false=("build_id=264541-a92b94c5-358a-409f-950a-c5a9e90fa125",),
    ),
)
