"""Mailgun."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="mailgun-key",
        kind="mailgun-key",
        pattern=token("(?:private-|pub)?key-[0-9a-f]{32}"),
        keywords=("key-",),
        reference="https://documentation.mailgun.com/docs/mailgun/api-reference/",
        min_entropy=3.0,
        true=("export TOKEN=‹key-cab501060d0b817484d3a529caa92e3b›",),
    ),
    Rule(
        id="mailgun-key-new",
        kind="mailgun-key",
        pattern=assigned(
            "(?:mailgun|mg_)", "[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}|[0-9a-f]{72}|[0-9a-f]{32}"
        ),
        keywords=("mailgun", "mg_"),
        reference="https://documentation.mailgun.com/docs/mailgun/api-reference/",
        score=0.85,
        min_entropy=3.0,
        true=("mailgun_api_key: ‹f145137a26f9fc38c93addac48d7df41-e4c6ab39-12b120ee›",),
        false=("image@sha256:7d8bfd3b672631af50ed414c960973db-7a9440a3-6f5db57d",),
    ),
)
