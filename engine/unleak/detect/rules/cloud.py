"""Hosting and data platforms."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="digitalocean-token",
        kind="digitalocean-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>do[opr]_v1_[0-9a-f]{64})(?![A-Za-z0-9])",
        keywords=("doo_v1_", "dop_v1_", "dor_v1_"),
        reference="https://docs.digitalocean.com/reference/api/create-personal-access-token/",
        true=("‹dop_v1_4e6eec4578bc54e5ffe79f610da9f8c24e6eec4578bc54e5ffe79f610da9f8c2›",),
    ),
    Rule(
        id="databricks-token",
        kind="databricks-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>dapi[0-9a-f]{32}(?:-\d)?)(?![A-Za-z0-9])",
        keywords=("dapi",),
        reference="https://docs.databricks.com/aws/en/dev-tools/auth/pat",
        min_entropy=3.0,
        true=('token = "‹dapi4e6eec4578bc54e5ffe79f610da9f8c2›"',),
    ),
    Rule(
        id="shopify-token",
        kind="shopify-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})(?![A-Za-z0-9])",
        keywords=("shpat_", "shpca_", "shppa_", "shpss_"),
        reference="https://shopify.dev/docs/apps/build/authentication-authorization",
        true=('"‹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›"',),
    ),
)
