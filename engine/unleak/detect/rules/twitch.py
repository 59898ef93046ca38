"""Twitch."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="twitch-token",
        kind="twitch-token",
        pattern=assigned("(?:twitch|oauth)", "[a-z0-9]{30}"),
        keywords=("twitch", "oauth"),
        reference="https://dev.twitch.tv/docs/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "ENV TWITCH_CLIENT_SECRET ‹i9mi35f91zk0g28axarmp8dp8gvgv5›",
            'pass = "oauth:‹goxo5yubzat3j7zu82uxtgog0k13fe›"',
        ),
        false=("commit: gzaen4nbo6kxub55k1a6i47avapwx2",),
    ),
)
