"""Render."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="render-key",
        kind="render-key",
        pattern=token("rnd_[A-Za-z0-9]{20,36}"),
        keywords=("rnd_",),
        reference="https://render.com/docs/api",
        min_entropy=3.0,
        check="mixed",
        true=("  value: ‹rnd_T82E3Vwmaetq6zV0xsLaZBHnUtap›",),
    ),
)
