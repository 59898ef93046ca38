"""PagerDuty."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="pagerduty-key",
        kind="pagerduty-key",
        pattern=assigned(
            "(?:pager_?duty|pd_(?:api|token|key|routing|service|integration))",
            r"u\+[A-Za-z0-9_+\-]{18}|[A-Za-z0-9_+\-]{20}|[0-9a-f]{32}|[A-Z0-9]{32}",
            r"A-Za-z0-9_+\-",
        ),
        keywords=("pager", "pd_"),
        reference="https://developer.pagerduty.com/docs/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('os.environ["PAGERDUTY_API_TOKEN"] = "‹u+h2J3sSJyxU-gHSm6tS›"',),
        false=("image@sha256:u+C480YACbLxk2WepFMK",),
    ),
)
