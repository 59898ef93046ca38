"""Huawei Cloud."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="huawei-secret-key",
        kind="huawei-secret-key",
        pattern=assigned("(?:huawei|hwc?_?cloud|hw_(?:secret|sk)|obs_?secret)", "[A-Za-z0-9]{40}"),
        keywords=("huawei", "hwcloud", "hw_", "hwccloud", "hwc_", "obs"),
        reference="https://support.huaweicloud.com/intl/en-us/devg-apisign/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("huaweicloud_secret_key: ‹8aogbE8prqK6CtMik5kyqaJYFFMaHW5q0BKS4UJ1›",),
        false=('checksum = "O94lodQ1mhPRcaBnBBviWqve5YetVghzueRnzHEd"',),
    ),
)
