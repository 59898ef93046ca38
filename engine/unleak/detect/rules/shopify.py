"""Shopify."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="shopify-token",
        kind="shopify-token",
        pattern=token("shp(?:at|ca|pa|ss|tka|ua|pt)_[0-9a-fA-F]{32}"),
        keywords=("shpat_", "shpca_", "shppa_", "shpss_", "shptka_", "shpua_", "shppt_"),
        reference="https://shopify.dev/docs/apps/build/authentication-authorization",
        true=(
            '"‹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›"',
            "SHOPIFY_API_SECRET=‹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›",
        ),
    ),
    Rule(
        id="shopify-secret",
        kind="shopify-secret",
        pattern=assigned("shopify", "[0-9a-f]{32}"),
        keywords=("shopify",),
        reference="https://shopify.dev/docs/apps/build/authentication-authorization",
        score=0.85,
        min_entropy=3.0,
        true=("shopify.api.secret=‹70ade5e3d9e5bf5581fe9ebf6a196482›",),
        false=('"etag": "202503f8a5c27e6cfa2cf45c0cdff5ee"',),
    ),
)
