"""X (Twitter)."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="twitter-bearer-token",
        kind="twitter-bearer-token",
        pattern=token("A{20,24}[A-Za-z0-9%]{70,120}", "A-Za-z0-9%"),
        keywords=("aaaaaaaaaaaaaaaaaaaa",),
        reference="https://docs.x.com/fundamentals/authentication/",
        min_entropy=3.0,
        true=(
            'token = "‹AAAAAAAAAAAAAAAAAAAAAwhTZM%3DnhGRCChVrZpvdyedxiW6IcrOFsoWaLKbU3GtgeUdqD5xh7Mq30y9UUUhp40rJc2X6G4gXzwvKB7Kf0NT›"',
        ),
    ),
    Rule(
        id="twitter-access-token",
        kind="twitter-access-token",
        pattern=assigned(
            "(?:twitter|twtr|tw_|x_api|access_?token|oauth_token)", r"\d{7,20}-[A-Za-z0-9]{38,42}"
        ),
        keywords=("twitter", "twtr", "tw_", "x_api", "accesstoken", "access_token", "oauth_token"),
        reference="https://docs.x.com/fundamentals/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "--twitter-access-token ‹926093435115048885-rrfSg1kWrWM8IGBeAzXJy36p13wANv09LKxF1oT4›",
        ),
        false=("commit: 792826546005966460-EmlkHDMWc0thjEHl63KUPAdkr99iWeIElZ9g6vY6",),
    ),
    Rule(
        id="twitter-secret",
        kind="twitter-secret",
        pattern=assigned("(?:twitter|twtr)", "[A-Za-z0-9]{45,50}|[A-Za-z0-9]{25}"),
        keywords=("twitter", "twtr"),
        reference="https://docs.x.com/fundamentals/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "'twitter_consumer_secret' => '‹4USDZnBIn824AdSJgOqsMCTFLhlytFW5g2QptaaXgbP7hTVg1u›',",
        ),
        false=('"etag": "nEgcDtKf0a9bQiMjKezvIb2Nh7dEasfRfej46MjxUXHTUVqBZd"',),
    ),
)
