"""Sourcegraph."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="sourcegraph-token",
        kind="sourcegraph-token",
        pattern=token(
            "sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}|sgd_[0-9a-f]{64}|slk_[0-9a-f]{64}",
            "A-Za-z0-9_",
        ),
        keywords=("sgp_", "sgd_", "slk_"),
        reference="https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
        min_entropy=3.0,
        true=(
            'token = "‹sgp_5332a9d5972e6f68_012b5777ebdfa0e9337c0fad595e22fa61072895›"',
            '"token": "‹sgp_3449f13a5648af149dc3de0a2127daff5a83bfba›"',
            "export TOKEN=‹sgp_local_a691bf720ff3b8108fb524d7ce491242a520e532›",
        ),
    ),
    Rule(
        id="sourcegraph-token-old",
        kind="sourcegraph-token",
        pattern=assigned("sourcegraph", "[0-9a-fA-F]{40}"),
        keywords=("sourcegraph",),
        reference="https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
        score=0.85,
        min_entropy=3.0,
        true=('sourcegraphToken := "‹719c6c8d5839eeab48f7e4c4431b01605d6ef18f›"',),
        false=('"etag": "8ee1d1a55f5c1390d115e174926d026bf7a953c7"',),
    ),
)
