"""Contentful."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="contentful-token",
        kind="contentful-token",
        pattern=token(r"CFPAT-[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("cfpat-",),
        reference="https://www.contentful.com/developers/docs/references/authentication/",
        min_entropy=3.0,
        true=('"token": "‹CFPAT-OZqDO1a2Bu3J_LFQQwxkwcQDdwZJNC8VZxRg2_nLnhx›"',),
    ),
    Rule(
        id="contentful-delivery-token",
        kind="contentful-delivery-token",
        pattern=assigned("contentful", r"[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-="),
        keywords=("contentful",),
        reference="https://www.contentful.com/developers/docs/references/authentication/",
        severity="medium",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("'contentful_access_token' => '‹SwNNy9RagA6RzY2I0KtWXqv6tp8e22BUPPSUsPCwSGQ›',",),
        false=('checksum = "IyTRPcUhDkXBeCf9BL4T-B7xNQKINKfDkOKfJ-dL3nX"',),
    ),
)
