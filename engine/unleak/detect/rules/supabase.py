"""Supabase."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="supabase-token",
        kind="supabase-token",
        pattern=token(
            r"sbp_(?:oauth_)?[0-9a-f]{40}|sb_secret_[A-Za-z0-9_\-]{31,40}", r"A-Za-z0-9_\-"
        ),
        keywords=("sbp_", "sb_secret_"),
        reference="https://supabase.com/docs/guides/api/api-keys",
        severity="critical",
        min_entropy=3.0,
        true=(
            "# old one: ‹sbp_6fc574308cb3699a7c404fa6c28d7145342926a3›",
            'token = "‹sb_secret_lRm3TY0G6bLUMCcC2BjFslx1uj7b7qF›"',
        ),
    ),
)
