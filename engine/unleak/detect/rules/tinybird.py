"""Tinybird."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="tinybird-token",
        kind="tinybird-token",
        pattern=token(r"p\.eyJ1Ijoi[A-Za-z0-9_\-]{20,200}\.[A-Za-z0-9_\-]{40,60}", r"A-Za-z0-9_\-"),
        keywords=("p.eyj",),
        reference="https://www.tinybird.co/docs",
        score=0.96,
        min_entropy=3.0,
        true=(
            '"token": "‹p.eyJ1IjoigFsUuImB7WkE8k9QDioK3BJ-oxz_XLyZHR9rdAZRHGASorFh_uBM_caF3MKHxy0QE3mUpLaJQVhqVCFf.GRgUlzMPgkGcJLjphQlT7CM191kijyr_Scl6pNmB-_3›"',
        ),
    ),
)
