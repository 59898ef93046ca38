"""Notion."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="notion-token",
        kind="notion-token",
        pattern=token(r"ntn_\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}"),
        keywords=("ntn_", "secret_"),
        reference="https://developers.notion.com/reference/authentication",
        min_entropy=3.3,
        check="mixed",
        true=(
            "# old one: ‹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›",
            'token = "‹secret_dBjKVeruJCL3H521SbGR9KpisE6flRv9AhTsRo2I0cu›"',
        ),
    ),
)
