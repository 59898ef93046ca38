"""Infisical."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="infisical-token",
        kind="infisical-token",
        pattern=token(r"st\.[0-9a-f]{24}\.[0-9a-f]{32,64}\.[0-9a-f]{32,64}"),
        keywords=("st.",),
        reference="https://infisical.com/docs/documentation/platform/token",
        severity="critical",
        min_entropy=3.0,
        long=True,
        true=(
            'token = "‹st.98b8771a3affacec61d2e303.bc59464627af478710621d04659b19d4.4abde0fe636452eabff099db3acd9d30›"',
        ),
    ),
)
