"""Twilio."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="twilio-key",
        kind="twilio-key",
        pattern=token("(?:SK|AC)[0-9a-f]{32}"),
        keywords=(),
        reference="https://www.twilio.com/docs/iam/api-keys",
        min_entropy=3.0,
        long=True,
        true=(
            'twilio = "‹SK8be5a13d59309526343abc72b9669791›"',
            "TWILIO_ACCOUNT_SID=‹AC0a7882445791017a258c9998ca9b0632›",
        ),
    ),
    Rule(
        id="twilio-auth-token",
        kind="twilio-auth-token",
        pattern=assigned("twilio|auth_token", "[0-9a-f]{32}"),
        keywords=("twilio", "auth_token"),
        reference="https://www.twilio.com/docs/iam/api-keys",
        severity="critical",
        score=0.9,
        min_entropy=3.0,
        true=('TWILIO_AUTH_TOKEN = "‹de8a5aaff3273c5ab5ecd96ec9a8a1c4›"',),
        false=('checksum = "11efcfbe2b14e14007691538967e727f"',),
    ),
)
