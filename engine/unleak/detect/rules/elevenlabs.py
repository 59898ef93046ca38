"""ElevenLabs."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="elevenlabs-key",
        kind="elevenlabs-key",
        pattern=token("sk_[0-9a-f]{48}"),
        keywords=("sk_",),
        reference="https://elevenlabs.io/docs",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹sk_6686bb3f12d798ac96f2b2160a7b6b66e8178b0724cd0c9f›"',),
    ),
    Rule(
        id="elevenlabs-key-old",
        kind="elevenlabs-key",
        pattern=assigned("(?:eleven_?labs|xi[_-]?api[_-]?key)", "[0-9a-f]{32}"),
        keywords=("eleven", "xi-api", "xi_api", "xiapi"),
        reference="https://elevenlabs.io/docs",
        score=0.85,
        min_entropy=3.0,
        true=("<xiApiKey>‹fff6b778934c45c952f7fac63d706f69›</xiApiKey>",),
        false=('"etag": "a85627bd4a7af10996a399575a4a4496"',),
    ),
)
