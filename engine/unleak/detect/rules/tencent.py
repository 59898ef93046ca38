"""Tencent Cloud."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="tencent-secret-id",
        kind="tencent-secret-id",
        pattern=token("AKID[A-Za-z0-9]{32}"),
        keywords=("akid",),
        reference="https://www.tencentcloud.com/document/product/598",
        min_entropy=3.0,
        check="mixed",
        true=('"token": "‹AKIDgFhNCCdGJLZe1THrmTfHass5NwE3Udjw›"',),
    ),
    Rule(
        id="tencent-secret-key",
        kind="tencent-secret-key",
        pattern=assigned("(?:tencent|qcloud|cos_?secret|tc3?_?secret)", "[A-Za-z0-9]{32}"),
        keywords=("tencent", "qcloud", "cos", "tc_", "tc3"),
        reference="https://www.tencentcloud.com/document/product/598",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("export TENCENTCLOUD_SECRET_KEY=‹cJGHP2DQHZLx8NkQKAsalDoFooYlA4py›",),
        false=("commit: rDDmMo3n8WpTlOF7AN0bVGA2i9VTXUpb",),
    ),
)
