"""JFrog Artifactory."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="artifactory-key",
        kind="artifactory-token",
        pattern=token("AKCp[A-Za-z0-9]{67,73}"),
        keywords=("akcp",),
        reference="https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        min_entropy=3.0,
        true=(
            "  value: ‹AKCp8tB9bvGJ4RMFvtqu9dU7MI0CEEeflT6pnVGwiPM2ReT2MpI6859tPCEVCK42HGHzoHKt7›",
        ),
        false=("AKCpXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",),
    ),
    Rule(
        id="artifactory-reference-token",
        kind="artifactory-token",
        pattern=token("cmVmdGtu[A-Za-z0-9]{56}"),
        keywords=("cmvmdgtu",),
        reference="https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        min_entropy=3.0,
        true=("connect('‹cmVmdGtu43hfn7xMTGhe9tiOTloKjGS6kph7Fux9c2KBq3585Ui6J3dH9OKgkBNf›')",),
    ),
    Rule(
        id="artifactory-secret",
        kind="artifactory-token",
        pattern=assigned(
            "(?:jfrog|artifactory|bintray|xray)", "[A-Za-z0-9]{40}|[A-Za-z0-9]{64}|[A-Za-z0-9]{73}"
        ),
        keywords=("jfrog", "artifactory", "bintray", "xray"),
        reference="https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            'const jfrogApiKey = "‹XCqjzd4SPkPn1jlY16vr6CaG46heeFrr6gL4og5dxwrs3iEcS5SY4D2M7WPgtgMavvrj9KD9i›";',
        ),
        false=(
            "image@sha256:irh7b6cDgqEaI0cD9x8s6Y2QJ0MBlA4e2TiKQFxRq04qYEX8iCCAGiXmb8kYn4dSFlRMRQ35H",
        ),
    ),
)
