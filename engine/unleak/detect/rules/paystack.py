"""Paystack."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="paystack-key",
        kind="paystack-key",
        pattern=assigned("paystack", "sk_(?:live|test)_[0-9a-f]{40}"),
        keywords=("paystack",),
        reference="https://paystack.com/docs/api/authentication/",
        severity="critical",
        score=0.97,
        min_entropy=3.0,
        true=("'paystack_secret_key' => '‹sk_live_8fa572e8e20c330b9dac506713a68f282f664faa›',",),
        false=('"etag": "sk_live_f4730307dbaaf469b4f349a8848eb3bd7db2a563"',),
    ),
)
