"""Doppler."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="doppler-token",
        kind="doppler-token",
        pattern=token(
            r"dp\.(?:pt|st|ct|scim|audit|sa|said|ot)\.(?:[a-z0-9_\-]{2,35}\.)?[A-Za-z0-9]{40,44}"
        ),
        keywords=(
            "dp.pt.",
            "dp.st.",
            "dp.ct.",
            "dp.scim.",
            "dp.audit.",
            "dp.sa.",
            "dp.said.",
            "dp.ot.",
        ),
        reference="https://docs.doppler.com/reference/auth-token-formats",
        severity="critical",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹dp.pt.EreWXhjRF7pANdG9lIzPwNfzG0NqKwBPcpIqBRfZomp›"',
            "# old one: ‹dp.st.prd_web.OyaUgXGd7CiJAbdgbstShxXnCUHyGxK1j7nqTpkgya7›",
        ),
    ),
)
