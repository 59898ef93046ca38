"""LaunchDarkly."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="launchdarkly-key",
        kind="launchdarkly-key",
        pattern=token("(?:api|sdk|mob)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("api-", "sdk-", "mob-"),
        reference="https://launchdarkly.com/docs/home/account/api",
        min_entropy=3.0,
        true=(
            "connect('‹sdk-e537d3f0-c317-42a1-8b97-a7f3284643f2›')",
            'curl -H "X-Key: ‹api-eef3026e-17e8-4527-a2de-8c40fb28cbb2›"',
        ),
    ),
    Rule(
        id="launchdarkly-token",
        kind="launchdarkly-key",
        pattern=assigned("launch_?darkly", r"[A-Za-z0-9=_\-]{40}", r"A-Za-z0-9=_\-"),
        keywords=("launch",),
        reference="https://launchdarkly.com/docs/home/account/api",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("ENV LAUNCHDARKLY_ACCESS_TOKEN ‹Kx3Yfolkm_Mn72szxXSzwEDlkUPfYYOflv-9YCxp›",),
        false=('checksum = "XvkNd2xborOlXypL0IMc5O1KMK7KvXCZT3bmCCHm"',),
    ),
)
