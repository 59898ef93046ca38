"""Wise."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="wise-token",
        kind="wise-token",
        pattern=assigned(
            "(?:transfer_?)?wise[_ .-]?(?:api|token|key)",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        keywords=("wise",),
        reference="https://docs.wise.com/",
        score=0.85,
        min_entropy=3.0,
        true=("wise.api.token=‹88bd0ec5-65e2-4183-ab98-78ac55de0b46›",),
        false=('checksum = "f4e05185-db31-4793-bb99-1f6257cb7b67"',),
    ),
)
