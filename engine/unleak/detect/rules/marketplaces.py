"""Shops and marketplaces."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="etsy-key",
        kind="etsy-key",
        pattern=assigned("etsy", "[a-z0-9]{24}"),
        keywords=("etsy",),
        reference="https://developers.etsy.com/documentation/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("export ETSY_API_KEY=‹r3rq1lpm9o38v78a1qglelv9›",),
        false=("build_id=c6qsu7z5snw1zfqrued3im67",),
    ),
    Rule(
        id="ebay-secret",
        kind="ebay-secret",
        pattern=token("(?:PRD|SBX)-[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}"),
        keywords=("prd-", "sbx-"),
        reference="https://developer.ebay.com/api-docs/static/oauth-credentials.html",
        min_entropy=3.0,
        true=("  value: ‹PRD-ff04ce1c0950-4fda-077a-6110-c461›",),
    ),
    Rule(
        id="ebay-token",
        kind="ebay-token",
        pattern=token(r"v\^1\.1#i\^1#[A-Za-z0-9#^+/=]{60,2500}", "A-Za-z0-9#^+/="),
        keywords=("v^1.1#i^1",),
        reference="https://developer.ebay.com/api-docs/static/oauth-tokens.html",
        min_entropy=3.0,
        true=(
            "connect('‹v^1.1#i^1#r^0#f^0#mDmOl5xe5QOhUKo1c432cKAX2rlmfMR9YK2dghPGhqZnkyjtlI254APM8O1dmgpWJWSmOupkXhM9tQp5h9908WCHCUooeT0hRtQlUkXKxbWMKf3fPbH3xaklJgZz1LcW2blPod7VMDFuacrFYkQb5TlmO49Rn3TM==›')",
        ),
    ),
    Rule(
        id="woocommerce-key",
        kind="woocommerce-key",
        pattern=token("c[ks]_[0-9a-f]{40}"),
        keywords=("ck_", "cs_"),
        reference="https://developer.woocommerce.com/docs/apis/",
        min_entropy=3.0,
        long=True,
        true=('curl -H "X-Key: ‹cs_caee616b24790a4991f6ebcfef338767f641a221›"',),
    ),
    Rule(
        id="bigcommerce-token",
        kind="shop-token",
        pattern=assigned(
            "(?:bigcommerce|magento|printful|shipstation|prestashop)",
            "[a-z0-9]{31,32}|[A-Za-z0-9]{40}",
        ),
        keywords=("bigcommerce", "magento", "printful", "shipstation", "prestashop"),
        reference="https://developer.bigcommerce.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "<bigcommerceAccessToken>‹bg0p4urjbt5che0kp3v4bbooqxo6nbp›</bigcommerceAccessToken>",
        ),
        false=("image@sha256:kfx7uyaj99c1l0kocwf4qmm185ve17e",),
    ),
    Rule(
        id="yelp-key",
        kind="yelp-key",
        pattern=assigned("yelp", r"[A-Za-z0-9_\-]{128}", r"A-Za-z0-9_\-"),
        keywords=("yelp",),
        reference="https://docs.developer.yelp.com/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'config.set("yelp.api.key", "‹Bkxsm5PnjLhR0xv921SroyNi5mMrbH4UFbRJ5idn3LljruFWb1UjeX2O8t7UMnBgXo34VBiYJO6-uchsXPcE0wmjW3MByNmty18yr8kP0yQh1HW5ISi4votlDAyGOWSV›")',
        ),
        false=(
            "build_id=Fj5nG-olAIUKmAlsivdnfIuS8dfCDQKrHQPg0Pfm2vFl3lmKeAoQuHPbES_I7PZQF5MgrHmrO-1iX7LmYpRoLRVNFF-qY_14LUD3lqve-rwBuQue2lsvGB2_OM5Aq3fo",
        ),
    ),
)
