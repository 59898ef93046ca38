"""NuGet."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="nuget-key",
        kind="nuget-key",
        pattern=token("oy2[a-z0-9]{43}"),
        keywords=("oy2",),
        reference="https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys",
        min_entropy=3.0,
        true=("  value: ‹oy2d94f3uil7t4hxhke5kn2hbndiy7sjqbcqzm0954w7g6›",),
    ),
)
