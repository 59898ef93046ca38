"""Scalingo."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="scalingo-token",
        kind="scalingo-token",
        pattern=token(r"tk-us-[A-Za-z0-9_\-]{48}", r"A-Za-z0-9_\-"),
        keywords=("tk-us-",),
        reference="https://developers.scalingo.com/",
        min_entropy=3.0,
        true=("# old one: ‹tk-us-E7-wb78vBpy346-pRXYZJGDiTaF4sKmlUAWoItS4lhzQLF3W›",),
    ),
)
