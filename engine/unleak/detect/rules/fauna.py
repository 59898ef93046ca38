"""Fauna."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="fauna-secret",
        kind="fauna-secret",
        pattern=token(r"fnA[A-Za-z0-9_\-]{37}", r"A-Za-z0-9_\-"),
        keywords=("fna",),
        reference="https://docs.fauna.com/",
        min_entropy=3.0,
        check="mixed",
        true=('curl -H "X-Key: ‹fnAEAkWWSiwpCKiZt0OPefLh10rQKoJsKmBYKSpC›"',),
    ),
)
