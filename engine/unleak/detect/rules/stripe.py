"""Stripe."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="stripe-key",
        kind="stripe-key",
        pattern=r"(?<![A-Za-z0-9])(?P<value>[sr]k_(?:live|test|prod)_[A-Za-z0-9]{20,110})(?![A-Za-z0-9])",
        keywords=("k_live_", "k_test_", "k_prod_"),
        reference="https://docs.stripe.com/keys",
        min_entropy=3.0,
        true=('stripe.api_key = "‹sk_live_q8Zt3LmW5vXc7RbN2kYd9JfH›"',),
        false=("sk_live_XXXXXXXXXXXXXXXXXXXXXXXX",),
    ),
)
