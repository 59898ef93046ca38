"""Alibaba Cloud."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="alibaba-access-key",
        kind="alibaba-access-key",
        pattern=token("LTAI[A-Za-z0-9]{12,20}"),
        keywords=("ltai",),
        reference="https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
        min_entropy=3.0,
        check="mixed",
        true=("# old one: ‹LTAI5tcJe2b1JEXbydUuCKDq›",),
    ),
    Rule(
        id="alibaba-secret-key",
        kind="alibaba-secret-key",
        pattern=assigned(
            "(?:aliyun|alibaba|alicloud|ali_|oss_?access|access_?key_?secret)", "[A-Za-z0-9]{30}"
        ),
        keywords=("aliyun", "alibaba", "alicloud", "ali_", "oss", "access"),
        reference="https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        digit=True,
        true=('ALIYUN_ACCESS_KEY_SECRET = "‹l1WKCgUmB7OyzcaF3XUp7iYp1oL4we›"',),
        false=("build_id=9rf1jUWFqE80q5d4dfFxDiNT8rbICj",),
    ),
)
