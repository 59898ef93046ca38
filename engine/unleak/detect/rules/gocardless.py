"""GoCardless."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="gocardless-token",
        kind="gocardless-token",
        pattern=assigned("gocardless", r"(?:live|sandbox)_[A-Za-z0-9_\-]{40}", r"A-Za-z0-9_\-"),
        keywords=("gocardless",),
        reference="https://developer.gocardless.com/",
        min_entropy=3.0,
        true=("--gocardless-token ‹live_yQzmMiRFATyAcEDbFFXjvH8KmHzyjmPiwsoKTcxv›",),
        false=("commit: live_kAsW_aXPpAggcvyqY5MMttI2YFe2fuPWKy0y117l",),
    ),
)
