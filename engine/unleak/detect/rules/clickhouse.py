"""ClickHouse Cloud."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="clickhouse-key",
        kind="clickhouse-key",
        pattern=token("4b1d[A-Za-z0-9]{38}"),
        keywords=("4b1d",),
        reference="https://clickhouse.com/docs/cloud/manage/openapi",
        min_entropy=3.0,
        check="mixed",
        true=("export TOKEN=‹4b1dvB8uzOVaUbXtmsn3M4QVSNgGsTXgwHUNsu09Rz›",),
        false=("key = 4b1dXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",),
    ),
)
