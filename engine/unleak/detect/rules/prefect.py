"""Prefect."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="prefect-key",
        kind="prefect-key",
        pattern=token("pn[ub]_[A-Za-z0-9]{36}"),
        keywords=("pnu_", "pnb_"),
        reference="https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys",
        min_entropy=3.0,
        true=("  value: ‹pnu_bvzx0Vuttq6nEFmATC5VserFVA1Cq991NTjF›",),
        false=('PREFECT_API_KEY = "pnu_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"',),
    ),
)
