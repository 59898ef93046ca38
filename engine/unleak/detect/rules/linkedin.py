"""LinkedIn."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="linkedin-secret-new",
        kind="linkedin-secret",
        pattern=token(r"WPL_AP[01]\.[A-Za-z0-9.]{16,24}={0,2}", "A-Za-z0-9.="),
        keywords=("wpl_ap",),
        reference="https://learn.microsoft.com/linkedin/shared/authentication/",
        min_entropy=3.0,
        true=("  value: ‹WPL_AP1.LpUz1cgfcRWqQZJL.ylOoDN==›",),
    ),
    Rule(
        id="linkedin-secret",
        kind="linkedin-secret",
        pattern=assigned("linked_?in", "[A-Za-z0-9]{16}|[a-z0-9]{14}"),
        keywords=("linked",),
        reference="https://learn.microsoft.com/linkedin/shared/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('os.environ["LINKEDIN_CLIENT_SECRET"] = "‹0VLUA2F1k5S3HIf2›"',),
        false=("build_id=t0r4Q1ubd6aReSu9",),
    ),
)
