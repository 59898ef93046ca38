"""Jina AI."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="jina-key",
        kind="jina-key",
        pattern=token(r"jina_[A-Za-z0-9_\-]{60}", r"A-Za-z0-9_\-"),
        keywords=("jina_",),
        reference="https://jina.ai/",
        min_entropy=3.0,
        true=("export TOKEN=‹jina_FODOrU58lzfEvacqgxCGC6nm4hKm-UGmQGFR4ITG7z3CbhL74EWfmeYMZkHD›",),
    ),
)
