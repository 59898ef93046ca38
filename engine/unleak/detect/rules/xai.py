"""xAI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="xai-key",
        kind="xai-key",
        pattern=token("xai-[A-Za-z0-9]{70,90}"),
        keywords=("xai-",),
        reference="https://docs.x.ai/",
        min_entropy=3.0,
        true=(
            '"token": "‹xai-iQ6sPrnbBXaLytDwUoEMcT42AQa14ivQnmUzLfm7VORK2sy02jWbCnamHueyCzCjszWjzUDNrfu3aBYD›"',
        ),
    ),
)
