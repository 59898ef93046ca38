"""Vultr."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="vultr-key",
        kind="vultr-key",
        pattern=assigned("vultr", "[A-Z0-9]{36}"),
        keywords=("vultr",),
        reference="https://www.vultr.com/api/",
        score=0.85,
        min_entropy=3.0,
        true=("'vultr_api_key' => '‹OW42GJGEULCVI6NAAV2DT26SD2S96TMYW5XM›',",),
        false=("image@sha256:0WNEAFWRLV7VNLRU8PFYGAP05FXKXN3P5XY2",),
    ),
)
