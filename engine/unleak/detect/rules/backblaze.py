"""Backblaze B2."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="backblaze-key",
        kind="backblaze-key",
        pattern=token("K00[0-9][A-Za-z0-9+/]{27}", "A-Za-z0-9+/="),
        keywords=tuple(f"k00{digit}" for digit in range(10)),
        reference="https://www.backblaze.com/docs/cloud-storage-application-keys",
        min_entropy=3.0,
        check="mixed",
        true=("connect('‹K0059xoiBdH6HKwlbzCkKGRnZHNrsR7›')",),
    ),
)
