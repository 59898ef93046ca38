"""Gitea, Forgejo and Gitee."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="gitea-token",
        kind="gitea-token",
        pattern=assigned("(?:gitea|forgejo|codeberg|gogs)", "[0-9a-f]{40}"),
        keywords=("gitea", "forgejo", "codeberg", "gogs"),
        reference="https://docs.gitea.com/development/api-usage",
        score=0.85,
        min_entropy=3.0,
        true=('os.environ["GITEA_TOKEN"] = "‹38b83021147e45365ac4ae39e1a13f930e4b0b33›"',),
        false=("commit: 6117e2c29270d01dce228bffee581b7d9fa9d61a",),
    ),
    Rule(
        id="gitee-token",
        kind="gitee-token",
        pattern=assigned("gitee", "[0-9a-f]{32}|[0-9a-f]{64}"),
        keywords=("gitee",),
        reference="https://gitee.com/api/v5/swagger",
        score=0.85,
        min_entropy=3.0,
        true=("gitee.access.token=‹d0dd9dc1808703e46283179f13d54a2c›",),
        false=('"etag": "826dbd0fb9434231177a203fed2f8ae5"',),
    ),
)
