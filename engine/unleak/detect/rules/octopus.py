"""Octopus Deploy."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="octopus-key",
        kind="octopus-key",
        pattern=token("API-[A-Z0-9]{25,31}", "A-Za-z0-9-"),
        keywords=("api-",),
        reference="https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
        score=0.9,
        min_entropy=3.3,
        check="random_literal",
        true=("connect('‹API-J9Z5RSYS3IHY8MBNE4PWTROQO5›')",),
        false=(
            'msgstr "GSSAPI-VIRHEKAPSELOINTIMERKKIJONO."',
            "https://a.notion.site/API-BD80F56CDC1441E6BF6011AB6D852875",
        ),
    ),
)
