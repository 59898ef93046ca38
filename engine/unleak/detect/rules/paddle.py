"""Paddle."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="paddle-key",
        kind="paddle-key",
        pattern=token("pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"),
        keywords=("pdl_",),
        reference="https://developer.paddle.com/api-reference/about/authentication",
        min_entropy=3.0,
        true=(
            '"token": "‹pdl_live_apikey_w3q9y5lytg5v60irmfkhrtt38j_t8xWEkxDJVttWZlICM3MGi_kwd›"',
        ),
    ),
    Rule(
        id="paddle-webhook-secret",
        kind="paddle-webhook-secret",
        pattern=token("pdl_ntfset_[a-z0-9]{26}_[A-Za-z0-9+/]{32}", "A-Za-z0-9+/"),
        keywords=("pdl_ntfset_",),
        reference="https://developer.paddle.com/",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹pdl_ntfset_108d43zl5ss2rzb5waktz5u7ou_lRC0Vyp2zTfgvVkUfDYf5eMKDxgVb735›",
        ),
    ),
)
