"""Scaleway."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="scaleway-access-key",
        kind="scaleway-access-key",
        pattern=token("SCW[A-Z0-9]{17}"),
        keywords=("scw",),
        reference="https://www.scaleway.com/en/docs/iam/concepts/",
        severity="medium",
        min_entropy=2.8,
        true=("  value: ‹SCWNXXS53JYWMXMO2Z8S›",),
    ),
    Rule(
        id="scaleway-secret-key",
        kind="scaleway-secret-key",
        pattern=assigned(
            "(?:scw|scaleway)[_.-]?secret", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        ),
        keywords=("scw", "scaleway"),
        reference="https://www.scaleway.com/en/docs/iam/concepts/",
        score=0.85,
        min_entropy=3.0,
        true=('os.environ["SCW_SECRET_KEY"] = "‹4b789eaf-da21-4bcf-8aa5-75e5fccbe9d9›"',),
        false=('checksum = "b39dea93-80ca-4d13-968e-9ea63ffa3720"',),
    ),
)
