"""GitLab."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="gitlab-token",
        kind="gitlab-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>gl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_\-]{20,64})(?![A-Za-z0-9_\-])",
        keywords=("glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glft-", "glsoat-"),
        reference="https://docs.gitlab.com/security/tokens/#token-prefixes",
        min_entropy=3.0,
        true=('"‹glpat-Xz3k_9QmW-7bRtYv2NdL›"',),
        false=("glpat-XXXXXXXXXXXXXXXXXXXX",),
    ),
)
