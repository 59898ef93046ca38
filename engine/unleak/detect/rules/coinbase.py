"""Coinbase."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="coinbase-secret",
        kind="coinbase-secret",
        pattern=assigned("coinbase", r"[A-Za-z0-9_\-]{64}|[A-Za-z0-9+/]{86}==", r"A-Za-z0-9_\-+/="),
        keywords=("coinbase",),
        reference="https://docs.cdp.coinbase.com/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "--coinbase-access-token ‹Liv_bwXwdk6ZX9CXjl-MV3O5KKFhOruw3vtb001RFQdKoUddkiUxJf8b6ExbPIri›",
        ),
        false=('"etag": "mZHe0KoVLi6TbZQiXlLbkq3qU-OfaX8nZBQzf-d5NknpO-5XP1FmRe4lMuGxRLSw"',),
    ),
    Rule(
        id="coinbase-key-name",
        kind="coinbase-key-name",
        pattern=token(
            "organizations/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/apiKeys/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        ),
        keywords=("/apikeys/",),
        reference="https://docs.cdp.coinbase.com/",
        severity="low",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹organizations/bf9420fc-a59d-4b3d-b94e-d8522034e63e/apiKeys/5e67d1ac-611e-46ac-aba9-14ad9289c4d6›",
        ),
    ),
)
