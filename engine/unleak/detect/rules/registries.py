"""Smaller package registries."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="clojars-token",
        kind="clojars-token",
        pattern=token("CLOJARS_[a-z0-9]{60}"),
        keywords=("clojars_",),
        reference="https://github.com/clojars/clojars-web/wiki",
        min_entropy=3.0,
        true=("# old one: ‹CLOJARS_cbnlbbem1u6f1ash1wva49k50he5kd92odweairoko5am2yqmz5nybtj2aqj›",),
    ),
    Rule(
        id="packagecloud-token",
        kind="packagecloud-token",
        pattern=assigned("package_?cloud", "[0-9a-f]{48}"),
        keywords=("package",),
        reference="https://packagecloud.io/docs",
        score=0.85,
        min_entropy=3.0,
        digit=True,
        true=(
            'config.set("packagecloud.token", "‹d7a71cc453d95a6e6addfcaff10c6845ff7d68ee0df9fa67›")',
        ),
        false=('checksum = "99c052f3d9c0c47d49ce62d402c493c5684bdd41b489587c"',),
    ),
    Rule(
        id="cloudsmith-key",
        kind="cloudsmith-key",
        pattern=assigned("cloudsmith", "[0-9a-f]{40}|[A-Za-z0-9]{32,40}"),
        keywords=("cloudsmith",),
        reference="https://help.cloudsmith.io/",
        score=0.85,
        min_entropy=3.0,
        true=("--cloudsmith-api-key ‹62e25381f69310491043d5f0c8171f15107f093b›",),
        false=("commit: ee6d1874a7bb109e5f3a138062e7daaefbcf069c",),
    ),
    Rule(
        id="hex-pm-key",
        kind="hex-pm-key",
        pattern=assigned("hex(?:_?pm)?_?api", "[0-9a-f]{32}"),
        keywords=("hexpm", "hex_", "hexapi"),
        reference="https://hex.pm/docs/",
        score=0.85,
        min_entropy=3.0,
        true=("'hex_api_key' => '‹5892c6d60bf1e791cc7fe8f22578d9ff›',",),
        false=('"etag": "b59f329d21b5f109f7533599ad8c9060"',),
    ),
)
