"""Plaid."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="plaid-token",
        kind="plaid-token",
        pattern=token(
            "access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        ),
        keywords=("access-",),
        reference="https://plaid.com/docs/api/",
        min_entropy=3.0,
        true=("export TOKEN=‹access-production-e81c867e-7729-4bfa-903c-e6ba2729daec›",),
    ),
    Rule(
        id="plaid-secret",
        kind="plaid-secret",
        pattern=assigned("plaid", "[0-9a-f]{30}"),
        keywords=("plaid",),
        reference="https://plaid.com/docs/api/",
        score=0.85,
        min_entropy=3.0,
        true=("plaid_secret: ‹7ebffc8d77448ef9a2eaa16d6efd1c›",),
        false=('"etag": "968dea5bd1e95e1b80afca0733c22d"',),
    ),
    Rule(
        id="plaid-client-id",
        kind="plaid-client-id",
        pattern=assigned("plaid", "[0-9a-f]{24}"),
        keywords=("plaid",),
        reference="https://plaid.com/docs/api/",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        true=("plaidClientId: '‹941dde29fef8baa75592a9a9›',",),
        false=("image@sha256:92dbedb1cb44447b7f98e8d5",),
    ),
)
