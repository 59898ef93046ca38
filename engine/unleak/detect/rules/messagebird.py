"""MessageBird."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="messagebird-key",
        kind="messagebird-key",
        pattern=assigned(
            "message_?bird", "[A-Za-z0-9]{25}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        ),
        keywords=("message",),
        reference="https://developers.messagebird.com/",
        score=0.85,
        min_entropy=3.0,
        long=True,
        true=(
            "'messagebird_access_key' => '‹BV3CqeloaQNdKUxXuTkcfah9M›',",
            'messagebirdApiToken := "‹CQAuflBOWq1LVlujsZf3X9GdI›"',
        ),
        false=('checksum = "M337M8vzCRknAVjby1j6hOEaK"',),
    ),
)
