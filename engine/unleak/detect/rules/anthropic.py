"""Anthropic."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="anthropic-key",
        kind="anthropic-key",
        pattern=token(
            r"sk-ant-(?:api|admin|sid|oat|ort)\d\d-[A-Za-z0-9_\-]{78,118}AA", r"A-Za-z0-9_\-"
        ),
        keywords=("sk-ant-",),
        reference="https://docs.anthropic.com/en/api/overview",
        severity="critical",
        min_entropy=3.0,
        true=(
            "# old one: ‹sk-ant-api03-bAlfObvKS1nxm8MC-MJn7mi2BiFl8_Nr7MOMZCiDqxx1DWn4UmMl894YHOpwnVMwl6htlDlL7E7Pa8QoByX40E3VhDAeaAA›",
            "ANTHROPIC_ADMIN_KEY=‹sk-ant-admin01-EuZIsJrOJDja6qjNecF4BE-wFuhAAfg9MGy8uQ-yr07EYPF14exwFXZWUrYkRidYnEym_z8uUq8exfJ5Y0wz48yvak0mSAA›",
        ),
    ),
)
