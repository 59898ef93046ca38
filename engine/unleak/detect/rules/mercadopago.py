"""Mercado Pago."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="mercadopago-token",
        kind="mercadopago-token",
        pattern=token(
            r"(?:APP_USR|TEST)-\d{12,18}-\d{6}-[0-9a-f]{32}(?:__[A-Z]{2}_[A-Z]{2}__)?-\d{6,12}"
        ),
        keywords=("app_usr-", "test-"),
        reference="https://www.mercadopago.com/developers/en/docs",
        min_entropy=3.0,
        true=(
            'token = "‹APP_USR-8316248473187614-043469-26c41e5767eb5c259da9eb624e81493a-578165811›"',
        ),
    ),
)
