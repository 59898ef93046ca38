"""Square."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="square-token",
        kind="square-token",
        pattern=token(
            r"(?:EAAA|sq0atp-)[A-Za-z0-9_\-]{22}(?:[A-Za-z0-9_\-]{38})?", r"A-Za-z0-9_\-+/="
        ),
        keywords=("eaaa", "sq0atp-"),
        reference="https://developer.squareup.com/docs/build-basics/access-tokens",
        min_entropy=3.0,
        check="mixed",
        true=(
            "ARG token=‹sq0atp-P-_MZVbveGw5W3KyQACxep›",
            "token=‹EAAAE1zki4KxGzkmn3KmkJliSasql_kAytgdRyIJ3NVSBaO8PxGWu1hxrIOkh3GQ›",
        ),
    ),
    Rule(
        id="square-secret",
        kind="square-secret",
        pattern=token(r"sq0c[sd]p-[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("sq0csp-", "sq0cdp-"),
        reference="https://developer.squareup.com/docs/build-basics/access-tokens",
        severity="critical",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹sq0csp-aLWMQdN5ql6-Fhpvyt_vgwXZGs97ClkW83rd3ex3evr›"',),
    ),
)
