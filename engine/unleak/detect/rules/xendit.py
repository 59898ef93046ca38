"""Xendit."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="xendit-key",
        kind="xendit-key",
        pattern=token("xnd_(?:production|development)_[A-Za-z0-9]{40,70}"),
        keywords=("xnd_",),
        reference="https://docs.xendit.co/",
        min_entropy=3.0,
        true=(
            "# old one: ‹xnd_production_W3ssP1Ig819DD9kMZUiOSQTBYkMtW2x3cnkJFyBXf0BJzt0Dra7VREO5yEg0›",
        ),
    ),
)
