"""Jenkins."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="jenkins-token",
        kind="jenkins-token",
        pattern=assigned("(?:jenkins|hudson|crumb)", "11[0-9a-f]{32}|[0-9a-f]{32}|[0-9a-f]{64}"),
        keywords=("jenkins", "hudson", "crumb"),
        reference="https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/",
        score=0.85,
        min_entropy=3.0,
        true=(
            "<jenkinsApiToken>‹11470244b6e311844694ec96f04537a746›</jenkinsApiToken>",
            'config.set("jenkins-crumb", "‹1191512f648633a8a098945fed2918abf3›")',
        ),
        false=("commit: 116193498ddf83137915a45d7109dea8f5",),
    ),
)
