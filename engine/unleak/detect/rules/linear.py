"""Linear."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="linear-key",
        kind="linear-key",
        pattern=token("lin_(?:api|oauth)_(?:[A-Za-z0-9]{40}|[0-9a-f]{64})"),
        keywords=("lin_api_", "lin_oauth_"),
        reference="https://linear.app/developers",
        min_entropy=3.0,
        true=("connect('‹lin_api_2BMK005uZMkeMvB4xqy8W0uUQxb4PXITTODVENZv›')",),
    ),
    Rule(
        id="linear-secret",
        kind="linear-secret",
        pattern=assigned("linear[_ .-]?(?:client|secret|webhook)", "[0-9a-f]{32}"),
        keywords=("linear",),
        reference="https://linear.app/developers",
        score=0.85,
        min_entropy=3.0,
        true=('const linearClientSecret = "‹9b32d301392fe0b65f25ae78d712897b›";',),
        false=('checksum = "4b6c19456b3b048e211eff6e94ec6e78"',),
    ),
)
