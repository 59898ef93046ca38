"""Heroku."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="heroku-key",
        kind="heroku-key",
        pattern=token(
            r"HRKU-(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|AA[A-Za-z0-9_\-]{58})",
            r"A-Za-z0-9_\-",
        ),
        keywords=("hrku-",),
        reference="https://devcenter.heroku.com/articles/authentication",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹HRKU-AAdWmILrido16a0QZgPGkM4eOs2ZjDGaRNtv5HX4DQFcvToXYtAzxl6j_ckd›"',
            "# old one: ‹HRKU-82644cc1-f48a-4eb6-90cc-3c49e421d92e›",
        ),
    ),
    Rule(
        id="heroku-key-uuid",
        kind="heroku-key",
        pattern=assigned("heroku", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        keywords=("heroku",),
        reference="https://devcenter.heroku.com/articles/authentication",
        score=0.85,
        min_entropy=3.0,
        true=('config.set("heroku.api.key", "‹0b5b599a-76be-4aaa-a339-b260086afe2a›")',),
        false=("commit: 0f1cc676-ecbe-4052-b9d8-c547ecbbf9d5",),
    ),
)
