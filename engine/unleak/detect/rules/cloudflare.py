"""Cloudflare."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="cloudflare-token",
        kind="cloudflare-token",
        pattern=assigned(
            "(?:cloudflare|cf_(?:api|token|key|auth)|cfapi)",
            r"[A-Za-z0-9_\-]{40}|[0-9a-f]{37}",
            r"A-Za-z0-9_\-",
        ),
        keywords=("cloudflare", "cf_", "cfapi"),
        reference="https://developers.cloudflare.com/fundamentals/api/",
        score=0.85,
        min_entropy=3.2,
        check="not_placeholder",
        true=('CLOUDFLARE_API_TOKEN = "‹6I5P4Q8fpDACviSDdjYZ1uXdMoF-wd-wj6TNKqRw›"',),
        false=("image@sha256:WFeBLRnOiLgTj0jPKw22LrqAEdp1y6hF9JiTr2df",),
    ),
    Rule(
        id="cloudflare-origin-ca-key",
        kind="cloudflare-origin-ca-key",
        pattern=token("v1[.]0-[0-9a-f]{24}-[0-9a-f]{146}"),
        keywords=("v1.0-",),
        reference="https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/",
        severity="critical",
        min_entropy=3.0,
        true=(
            '"token": "‹v1.0-0a7fd414e43e6f5ab48612f1-9bef4adfe5d5aa0f1b6533086c8acda5cc561d403d4621a208b3e030f8f0646ef0e37b0440eefd1d7acfe805ce6dbcb4c2b6e54df6b171907ac292c1b83d5d4790657f6c13b866c9f1›"',
        ),
    ),
    Rule(
        id="cloudflare-global-key",
        kind="cloudflare-global-key",
        pattern=assigned("(?:x-auth-key|cloudflare[_ ]?global)", "[0-9a-f]{37}"),
        keywords=("x-auth-key", "cloudflare"),
        reference="https://developers.cloudflare.com/fundamentals/api/",
        score=0.9,
        min_entropy=3.0,
        true=("export X-AUTH-KEY=‹c6fa0202e66a6d959e28e011a949d13bbe5d8›",),
        false=('checksum = "d02ad5b90d6c9e6910bc481518d52ac134649"',),
    ),
)
