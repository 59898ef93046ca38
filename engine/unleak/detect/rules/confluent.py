"""Confluent."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="confluent-secret",
        kind="confluent-secret",
        pattern=assigned("confluent", "[A-Za-z0-9+/]{64}", "A-Za-z0-9+/="),
        keywords=("confluent",),
        reference="https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "confluent_api_secret: ‹zOPKj9OHl8D2DXdLcOtuzq29nbVCwCY3T1Xa51hKahdwcHPEfLmmzcXKkajGSvYF›",
        ),
        false=("build_id=NbKKbiHxJ2aNok2Ao5PRH37UNePffowHVhO6d9wXFAfojlbJVFyv0vWdl9IQUdAB",),
    ),
    Rule(
        id="confluent-key",
        kind="confluent-key",
        pattern=assigned(
            "confluent(?:[_ -]?cloud)?[_ -]?(?:api[_ -]?)?(?:access[_ -]?)?(?:key|token)",
            "[A-Z0-9]{16}|[A-Za-z0-9]{16}",
        ),
        keywords=("confluent",),
        reference="https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/",
        severity="medium",
        score=0.85,
        min_entropy=3.0,
        check="not_placeholder",
        true=("confluentApiKey: '‹TR2EJSZ0QMPLQUP1›',",),
        false=('checksum = "89ZAGKWCFWWIHSXH"',),
    ),
)
