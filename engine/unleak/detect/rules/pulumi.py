"""Pulumi."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="pulumi-token",
        kind="pulumi-token",
        pattern=token("pul-[0-9a-f]{40}"),
        keywords=("pul-",),
        reference="https://www.pulumi.com/docs/administration/access-identity/access-tokens/",
        min_entropy=3.0,
        true=("connect('‹pul-3ebe4e6b910d010249fb3d575e26d4f110734ad2›')",),
    ),
)
