"""Spacelift and env0."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="env0-key",
        kind="env0-key",
        pattern=assigned("env0[_ -]?(?:api|secret|key)", r"[A-Za-z0-9_\-]{16,40}", "A-Za-z0-9_-"),
        keywords=("env0",),
        reference="https://docs.env0.com/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("env0ApiSecret: '‹WNjC2XvAmNZafe83ZS3Bp6Q9V2NalY7i›',",),
        false=("build_id=iXBsCTQ9DrQdSkE49gjMoyFig8rdYICP",),
    ),
    Rule(
        id="spacelift-key",
        kind="spacelift-key",
        pattern=assigned("spacelift[_ -]?(?:api|secret|key)", "[0-9a-f]{64}"),
        keywords=("spacelift",),
        reference="https://docs.spacelift.io/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'const spaceliftApiKeySecret = "‹6b33f8ffe8d0c999212ea668a9c112c29dcb3e9130b12ad6de0564679c16060e›";',
        ),
        false=('checksum = "e9bc70d5210178deba035d2539afe6255ab18d42a440843ed3236000036cdec2"',),
    ),
)
