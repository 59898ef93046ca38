"""JetBrains: TeamCity, Hub, Space."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="teamcity-token",
        kind="teamcity-token",
        pattern=token(
            r"eyJ0eXAiOiAiVENWMiJ9\.[A-Za-z0-9_\-]{36}\.[A-Za-z0-9_\-]{48}", r"A-Za-z0-9_\-"
        ),
        keywords=("eyj0exaioiaivenwmij9",),
        reference="https://www.jetbrains.com/help/teamcity/rest/teamcity-rest-api-documentation.html",
        score=0.97,
        min_entropy=3.0,
        true=(
            '"token": "‹eyJ0eXAiOiAiVENWMiJ9.dbTnr9dIcFji_iwJnBlJq8QFM38tXSkaw8Mv.KnEYegRbByfmdWFrJwhGZbXGMSYgkjdE7yfxd5EMTKLknnca›"',
        ),
    ),
    Rule(
        id="jetbrains-token",
        kind="jetbrains-token",
        pattern=token(r"perm[:\-][A-Za-z0-9=+/]{4,60}\.[A-Za-z0-9=+/\-]{2,60}\.[A-Za-z0-9]{20,60}"),
        keywords=("perm:", "perm-"),
        reference="https://www.jetbrains.com/help/hub/manage-permanent-tokens.html",
        min_entropy=3.0,
        true=("export TOKEN=‹perm:cm9vdA==.UEI=.i8hjKq8CdSxljGbDGujy9hf6WmPMrv›",),
    ),
)
