"""Sumo Logic."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="sumologic-access-id",
        kind="sumologic-access-id",
        pattern=assigned("sumo(?:logic)?[_.-]?access", "su[A-Za-z0-9]{12}"),
        keywords=("sumo",),
        reference="https://help.sumologic.com/docs/manage/security/access-keys/",
        severity="low",
        score=0.85,
        min_entropy=2.8,
        check="mixed",
        true=("sumo_access_id: ‹sukpnL7ASXFLgz›",),
        false=("build_id=suv3zYKg3pEjgi",),
    ),
    Rule(
        id="sumologic-key",
        kind="sumologic-key",
        pattern=assigned("sumo(?:logic)?[_.-]?(?:access|api|secret|key|token)", "[A-Za-z0-9]{64}"),
        keywords=("sumo",),
        reference="https://help.sumologic.com/docs/manage/security/access-keys/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "sumoAccessKey: '‹amsyGme1xX5IPvBjcWJa7rVCtHfrQwgoaY1ekXfPcjoWiESayVfeMiSb4RA3KLhw›',",
        ),
        false=('checksum = "YK7VuALk0JPYh2iJBkIZKAekj8HXyGD4Uq8gTdxh7vG1kn97iSIwUc9OmFD2hKkx"',),
    ),
)
