"""Cerebras."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="cerebras-key",
        kind="cerebras-key",
        pattern=token("csk-[a-z0-9]{48}"),
        keywords=("csk-",),
        reference="https://inference-docs.cerebras.ai/",
        min_entropy=3.0,
        true=('token = "‹csk-0t7xfdypjpgv7jyan0sj999qs5c2ozm1ghuso95rzrtjasnn›"',),
    ),
)
