"""Finicity and Finnhub."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="finicity-secret",
        kind="finicity-secret",
        pattern=assigned("finicity", "[A-Za-z0-9]{20}|[0-9a-f]{32}"),
        keywords=("finicity",),
        reference="https://developer.mastercard.com/open-finance-us/documentation/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("finicity_client_secret: ‹dA4gKyMLwsLJwt60PYMX›",),
        false=('checksum = "qENP2hIgYeOhKnGaZkhY"',),
    ),
    Rule(
        id="finnhub-token",
        kind="finnhub-token",
        pattern=assigned("finnhub", "[a-z0-9]{20}|[a-z0-9]{40}"),
        keywords=("finnhub",),
        reference="https://finnhub.io/docs/api",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("finnhubApiKey: '‹qylvsrj1lbc8wlrl0ytm›',",),
        false=("commit: 958auua9wggki981up77",),
    ),
)
