"""Sentry."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="sentry-token",
        kind="sentry-token",
        pattern=token(
            "sntrys_eyJ[A-Za-z0-9+/=]{60,400}_[A-Za-z0-9+/]{43}|sntryu_[0-9a-f]{64}", "A-Za-z0-9+/="
        ),
        keywords=("sntrys_", "sntryu_"),
        reference="https://docs.sentry.io/api/auth/",
        min_entropy=3.0,
        true=(
            "  value: ‹sntrys_eyJLloUjTrMAxafTR53WVxT7sXMLYfLcJk9DtC5EqFDZTXxPBZJ1T2dBxdy4TTjErllZtnn5DiZbGW3s81wPzYXhM1tPDPtI0q4x3hV_kIgpUsR6tjRqyiW0HHqfLw4Ma8MhoDBIgoMhdSRwU55›",
            "connect('‹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›')",
        ),
    ),
    Rule(
        id="sentry-token-old",
        kind="sentry-token",
        pattern=assigned("sentry", "[0-9a-f]{64}"),
        keywords=("sentry",),
        reference="https://docs.sentry.io/api/auth/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'const sentryAuthToken = "‹a769b20b7d9a2d09919860cbafa470ea1ce6f95a3e2878c6acea57b33c5e6141›";',
        ),
        false=('"etag": "4e0dde7185c6249210c7e00546436b4a92894a08d64c325694b451c192dbc950"',),
    ),
    Rule(
        id="sentry-dsn",
        kind="sentry-dsn",
        pattern=r"https?://(?P<value>[0-9a-f]{32}(?::[0-9a-f]{32})?)@[A-Za-z0-9.\-]{3,80}(?::\d{2,5})?/\d{1,20}",
        keywords=("sentry", "http"),
        reference="https://docs.sentry.io/concepts/key-terms/dsn-explainer/",
        severity="low",
        score=0.94,
        min_entropy=3.0,
        true=(
            'dsn = "https://‹fe7e892fc7e4a61fc2d305da0e88d05d›@o539918.ingest.sentry.io/0490541"',
        ),
        false=("https://examplePublicKey@o0.ingest.sentry.io/0",),
    ),
)
