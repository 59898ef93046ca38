"""Vonage (Nexmo)."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="vonage-secret",
        kind="vonage-secret",
        pattern=assigned(
            "(?:nexmo|vonage)(?:[_ .-]?(?:api|app|account|signature|sig))?[_ .-]?secret",
            "[A-Za-z0-9]{16}|[A-Za-z0-9]{32,50}",
        ),
        keywords=("nexmo", "vonage"),
        reference="https://developer.vonage.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("<nexmoApiSecret>‹eMbc9BowbTJD0GoY›</nexmoApiSecret>",),
        false=('checksum = "71f3g1nVRPhkKBTa"',),
    ),
    Rule(
        id="vonage-key",
        kind="vonage-key",
        pattern=assigned("(?:nexmo|vonage)[_ .-]?(?:api[_ .-]?)?key", "[0-9a-f]{8}"),
        keywords=("nexmo", "vonage"),
        reference="https://developer.vonage.com/",
        severity="low",
        score=0.85,
        min_entropy=2.0,
        true=('config.set("vonage.api.key", "‹bd83d194›")',),
        false=("commit: 398304f6",),
    ),
)
