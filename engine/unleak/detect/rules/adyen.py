"""Adyen."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="adyen-key",
        kind="adyen-key",
        pattern=token(
            r"AQE[a-z]hm[A-Za-z0-9+/]{60,200}-[A-Za-z0-9+/=]{40,50}-[A-Za-z0-9+/={}()<>\[\]^$|~%,.:;?!#&*@]{8,40}",
            "A-Za-z0-9",
        ),
        keywords=("aqe",),
        reference="https://docs.adyen.com/development-resources/api-credentials/",
        severity="critical",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹AQEyhmfxK3PRjNpHzMoftMH4JGp6Q6FiLLpIFU0qUKfKIgvX9i8xR1LjWBcgMzHG8tnlUnZJb8Di4t6cBv6yMTAHm5c1TvErWH3-iR47i8DaeAlF3F1YWM21gNU91ekGMGDxQecRpLHITJ7=-ggM3zhAF5WUBGFaG›"',
        ),
    ),
)
