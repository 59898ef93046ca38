"""GitHub."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="github-token",
        kind="github-token",
        pattern=token("gh[pousr]_[A-Za-z0-9]{36,251}"),
        keywords=("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        reference="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
        severity="critical",
        min_entropy=3.0,
        true=(
            'token: "‹ghp_FPQOhuEmtgxtXUqFymwDm5ErK5GXpKojXF8y›"',
            "GITHUB_TOKEN=‹ghs_Q2an9ZxXtLgvsiBViGUCe7EH2rSuWV8j3Bab›",
        ),
        false=(
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_short",
        ),
    ),
    Rule(
        id="github-fine-grained-token",
        kind="github-token",
        pattern=token("github_pat_[A-Za-z0-9_]{82}", "A-Za-z0-9_"),
        keywords=("github_pat_",),
        reference="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
        severity="critical",
        min_entropy=3.0,
        true=(
            "GH=‹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›",
        ),
    ),
    Rule(
        id="github-token-old",
        kind="github-token",
        pattern=assigned(
            r"(?:github|gh)[\w.\-]{0,20}(?:token|pat|oauth|secret|key|pass\w{0,4})", "[0-9a-f]{40}"
        ),
        keywords=("github", "gh_", "gh-", "ghtoken", "ghpat"),
        reference="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
        severity="critical",
        score=0.85,
        min_entropy=3.0,
        true=("<githubOauthToken>‹a9102eb3be5b614851d643d4fadcba2e1569b37e›</githubOauthToken>",),
        false=("commit: fd6e0ceaceb3d8e40e2da232bbf93ece878b95c3",),
    ),
)
