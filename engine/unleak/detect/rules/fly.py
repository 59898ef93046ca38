"""Fly.io."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="fly-token",
        kind="fly-token",
        pattern=token(
            r"fo1_[A-Za-z0-9_\-]{43}|(?<!_)fm[12][ar]?_[A-Za-z0-9+/=_\-]{60,3500}(?:,fm[12][ar]?_[A-Za-z0-9+/=_\-]{60,400})?",
            r"A-Za-z0-9+/=_\-",
        ),
        keywords=("fo1_", "fm1_", "fm2_", "fm1a_", "fm1r_"),
        reference="https://fly.io/docs/security/tokens/",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹fo1_AKDeV-0tWGyQ3Kp9hsXor7ChQeKOo9rkVtcgUs7ANNz›",
            'ENV FLY_API_TOKEN="FlyV1 ‹fm2_OlgsUJlwIz3v57g/TQ0kXNYlujnzguRwGKsjgq/q96Tog0QTTdEp7wYZNWWJQGHf6F3s6Uqf+iJjLMM8mduFYNQ4TOcc6U5zqjOvB4SxAxqM2mY7dSxZZ9b+c3sQSB0TIl9Z4WSyifbSfWeJhS/i80w2MH9bsxHWY1BeqdnZ57dw8chR0szB=›"',
        ),
    ),
)
