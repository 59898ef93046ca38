"""Databricks."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="databricks-token",
        kind="databricks-token",
        pattern=token(r"(?:dapi|dose|dkea)[0-9a-f]{32}(?:-\d)?"),
        keywords=("dapi", "dose", "dkea"),
        reference="https://docs.databricks.com/aws/en/dev-tools/auth/pat",
        severity="critical",
        min_entropy=3.0,
        true=(
            'token = "‹dapid880441a675b320f05e678e16b215443›"',
            "DATABRICKS_TOKEN=‹dapi72ede9a01cdc4ac980134f541207b856-2›",
        ),
        false=("DATABRICKS_TOKEN=dapi123456789012345678a9bc01234defg5",),
    ),
)
