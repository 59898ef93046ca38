"""Okta."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="okta-token",
        kind="okta-token",
        pattern=assigned("(?:okta|ssws|authorization)", r"00[A-Za-z0-9_\-]{40}", r"A-Za-z0-9_\-="),
        keywords=("okta", "ssws"),
        reference="https://developer.okta.com/docs/guides/create-an-api-token/",
        severity="critical",
        min_entropy=3.8,
        true=(
            "oktaApiToken: '‹000zBumKLQGPJZwG8kOF2_dagXALgtO0jcMabQc2qj›',",
            "Authorization: SSWS ‹00oZdwb_tCHdu0GhLN_liUQQWdtWG30R4_Dru0A9kC›",
        ),
        false=("image@sha256:00y-YzmYF_UphyKGZ62F3iSsJYQDmI5SRmygkBtcuP",),
    ),
    Rule(
        id="okta-secret",
        kind="okta-secret",
        pattern=assigned(
            r"okta[\w.\-]{0,20}secret", r"[A-Za-z0-9_\-]{40}|[A-Za-z0-9_\-]{64}", r"A-Za-z0-9_\-"
        ),
        keywords=("okta",),
        reference="https://developer.okta.com/docs/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('const oktaClientSecret = "‹D7nBM2LSZTXqe5NaW0tSovB9eSi3FwLZOkmSaNzg›";',),
        false=("build_id=c5lMXsrYcjW2jBrpH11UOOylnb_7hNV75bY8s6XV",),
    ),
)
