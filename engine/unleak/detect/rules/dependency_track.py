"""Dependency-Track."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="dependency-track-key",
        kind="dependency-track-key",
        pattern=token("odt_(?:[A-Za-z0-9]{8}_)?[A-Za-z0-9]{32}"),
        keywords=("odt_",),
        reference="https://docs.dependencytrack.org/integrations/rest-api/",
        min_entropy=3.0,
        true=("export TOKEN=‹odt_96ZktVOHwhUtZ1ZZl5mYuV9CMlSOhIkU›",),
    ),
)
