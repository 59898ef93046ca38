"""Intercom."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="intercom-token",
        kind="intercom-token",
        pattern=token("dG9rO[A-Za-z0-9+/]{50,60}={0,2}", "A-Za-z0-9+/="),
        keywords=("dg9ro",),
        reference="https://developers.intercom.com/docs",
        min_entropy=3.0,
        true=("connect('‹dG9rO0HFmR52ucrtfBQH2BPDPO1CaB3J0H92zsUSDUd6zhtMa1d4Er7KwL7=›')",),
    ),
    Rule(
        id="intercom-secret",
        kind="intercom-secret",
        pattern=assigned(
            "intercom",
            "[A-Za-z0-9=_]{60}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "A-Za-z0-9=_",
        ),
        keywords=("intercom",),
        reference="https://developers.intercom.com/docs",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("intercom.api.key=‹iyRwkWCimXjfUJtuGX8jalsjCAgegMMswRZSsDRK9dMJcBrZDH1A4Q2N2iak›",),
        false=('"etag": "VsPUIWwckjKMggOqXgcLt2b95jLRU2borJgR4Oy5e8HoxQOahlwYPmTfGb0F"',),
    ),
)
