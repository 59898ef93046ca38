"""age encryption."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="age-secret-key",
        kind="age-secret-key",
        pattern=token("AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
        keywords=("age-secret-key-",),
        reference="https://age-encryption.org/v1",
        severity="critical",
        min_entropy=3.0,
        true=("‹AGE-SECRET-KEY-1Q2R2QYKH893V4DNGTUUTGND4V398HKYQ2R2QYKH893V4DNGTUUTGND4V39›",),
    ),
)
