"""Stripe."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="stripe-key",
        kind="stripe-key",
        pattern=token("[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,250}"),
        keywords=("k_live_", "k_test_", "k_prod_"),
        reference="https://docs.stripe.com/keys",
        severity="critical",
        min_entropy=3.0,
        true=(
            'stripe.api_key = "‹sk_live_5pyVC84itt7TbA38YQcnhO8i›"',
            "STRIPE=‹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›",
        ),
        false=("sk_live_XXXXXXXXXXXXXXXXXXXXXXXX",),
    ),
    Rule(
        id="stripe-webhook-secret",
        kind="stripe-webhook-secret",
        pattern=token("whsec_[A-Za-z0-9+/]{24,64}={0,2}", "A-Za-z0-9+/="),
        keywords=("whsec_",),
        reference="https://docs.stripe.com/webhooks",
        min_entropy=3.0,
        true=("connect('‹whsec_YF38s0Xfv9HwvPSY41iU8rnxNOGtxERc›')",),
    ),
)
