"""Duffel."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="duffel-token",
        kind="duffel-token",
        pattern=token(r"duffel_(?:test|live)_[A-Za-z0-9_\-=]{43}", r"A-Za-z0-9_\-="),
        keywords=("duffel_",),
        reference="https://duffel.com/docs",
        min_entropy=3.0,
        true=('"token": "‹duffel_live_j8kJUITi08nXVbTPCSWAQxkSLKln8ZsQOhXRNAyDMQR›"',),
    ),
)
