"""GitLab."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="gitlab-token",
        kind="gitlab-token",
        pattern=token(
            r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|oas|agent|imt|ffct|wt)-(?:[A-Za-z0-9_\-]{27,300}\.[0-9a-z]{2}(?:\.[0-9a-z]{2})?[0-9a-z]{7}|[A-Za-z0-9_\-]{20,72})",
            r"A-Za-z0-9_\-",
        ),
        keywords=(
            "glpat-",
            "glptt-",
            "gldt-",
            "glrt-",
            "glcbt-",
            "glft-",
            "glsoat-",
            "gloas-",
            "glagent-",
            "glimt-",
            "glffct-",
            "glwt-",
        ),
        reference="https://docs.gitlab.com/security/tokens/#token-prefixes",
        severity="critical",
        min_entropy=3.0,
        true=(
            '"‹glpat-c1-DvGMMyKfKuhmNdVPG›"',
            "CI_TOKEN=‹glrt-t1_P1JMeTw7cfsp7wQPrAHFwfIbQ9m.01.fb32ez3ig›",
            "trigger: ‹glptt-b0a5852e434dbb572f9f46a41cba6f0a14c03940›",
        ),
        false=("glpat-XXXXXXXXXXXXXXXXXXXX",),
    ),
    Rule(
        id="gitlab-runner-token",
        kind="gitlab-token",
        pattern=token(r"GR1348941[A-Za-z0-9_\-]{20}", r"A-Za-z0-9_\-"),
        keywords=("gr1348941",),
        reference="https://docs.gitlab.com/security/tokens/#token-prefixes",
        min_entropy=3.0,
        true=('token = "‹GR1348941T0JrnUyojTtmBotaf0mn›"',),
    ),
    Rule(
        id="gitlab-session",
        kind="gitlab-session",
        pattern="_gitlab_session=(?P<value>[0-9a-f]{32})(?![0-9a-f])",
        keywords=("_gitlab_session=",),
        reference="https://docs.gitlab.com/security/tokens/",
        severity="medium",
        min_entropy=3.0,
        true=("Cookie: _gitlab_session=‹6fe29a467411fb2b58941e0311a58593›; path=/",),
    ),
)
