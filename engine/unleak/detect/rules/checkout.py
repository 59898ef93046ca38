"""Checkout.com."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="checkout-key",
        kind="checkout-key",
        pattern=token("sk_(?:sbox_)?[a-z2-7]{26}[a-z2-7*#$=]", "A-Za-z0-9_"),
        keywords=("sk_",),
        reference="https://www.checkout.com/docs/developer-resources/api/manage-api-keys",
        score=0.8,
        min_entropy=3.6,
        check="random_literal",
        true=("connect('‹sk_sbox_wb2wk2emyou3ystmaoh2lkkoexa›')",),
    ),
)
