"""Algolia."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="algolia-key",
        kind="algolia-key",
        pattern=assigned("algolia", "[0-9a-f]{32}"),
        keywords=("algolia",),
        reference="https://www.algolia.com/doc/guides/security/api-keys/",
        score=0.85,
        min_entropy=3.0,
        true=('config.set("algolia.admin.key", "‹8c4332829b5c3bb944f981a2a71f7ce9›")',),
        false=("image@sha256:388b432aa8c60e448e733212454bca8f",),
    ),
)
