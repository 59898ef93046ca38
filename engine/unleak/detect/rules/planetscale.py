"""PlanetScale."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="planetscale-token",
        kind="planetscale-token",
        pattern=token(r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=\-]{32,64}", r"A-Za-z0-9_.=\-"),
        keywords=("pscale_tkn_", "pscale_pw_", "pscale_oauth_"),
        reference="https://planetscale.com/docs",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹pscale_tkn_NW_Uy7R9LwKOn-FPGxKsiL6SWxUu0vlBZmyhsRv5Qep›",
            "  value: ‹pscale_pw_C_S1zXKIHlAb_sgimtWoHBA7d8-_HgP0p9SyCUytVfj›",
        ),
    ),
)
