"""Fireworks AI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="fireworks-key",
        kind="fireworks-key",
        pattern=token("f(?:w|pk)_[A-Za-z0-9]{22,28}"),
        keywords=("fw_", "fpk_"),
        reference="https://docs.fireworks.ai/",
        min_entropy=3.0,
        check="mixed",
        true=("connect('‹fw_CzpF9SKQKR2tlJej4o6kIFFz›')",),
    ),
)
