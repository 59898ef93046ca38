"""Stability AI."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="stability-key",
        kind="stability-key",
        pattern=assigned("(?:stability|dream_?studio)", "sk-[A-Za-z0-9]{48}"),
        keywords=("stability", "dream"),
        reference="https://platform.stability.ai/docs",
        score=0.97,
        min_entropy=3.0,
        true=(
            'config.set("stability.api.key", "‹sk-yqc3f0g9gkyArvdaZwnoZWdKTTbc9xBsGRmm7NUgYiKSHmUD›")',
        ),
        false=("image@sha256:sk-pQwwSJpNLsQ5efqItbvdpzAYMmRP33np4yKFT7O7Lp35BWkU",),
    ),
)
