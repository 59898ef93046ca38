"""npm."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="npm-token",
        kind="npm-token",
        pattern=token("npm_[A-Za-z0-9]{36}"),
        keywords=("npm_",),
        reference="https://docs.npmjs.com/about-access-tokens",
        severity="critical",
        min_entropy=3.0,
        true=(
            "//registry/:_authToken=‹npm_Q6hAf6GQ9Kq6nCZOkmf51b98yStf1xLuETB6›",
            "NPM_TOKEN: ‹npm_ERFeuFj7NbpBSAuSmeirLn2SeULJbgik3Mwh›",
        ),
    ),
    Rule(
        id="npmrc-auth",
        kind="npm-token",
        pattern=r"(?<![A-Za-z0-9_.\]\"'])_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}[\"']?(?P<value>[A-Za-z0-9+/_.\-]{8,400}={0,2})(?![A-Za-z0-9+/_.\-=])",
        keywords=("_authtoken", "_auth", "_password"),
        reference="https://docs.npmjs.com/cli/configuring-npm/npmrc",
        score=0.9,
        min_entropy=3.0,
        check="not_placeholder",
        true=(
            "//npm.pkg.dev/:_authToken=‹5e2cb5cd-f63f-4f08-b465-1120531b0cd0›",
            "_auth=‹0MtDJKGvHHEIflBCgDhvRoc2npxmtGOe2kyeaXW7==›",
        ),
        false=("_authToken=${NPM_TOKEN}",),
    ),
)
