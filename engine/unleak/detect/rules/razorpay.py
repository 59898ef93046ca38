"""Razorpay."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="razorpay-key",
        kind="razorpay-key",
        pattern=token("rzp_(?:live|test)_[A-Za-z0-9]{14}"),
        keywords=("rzp_",),
        reference="https://razorpay.com/docs/api/authentication/",
        severity="medium",
        min_entropy=3.0,
        true=("# old one: ‹rzp_live_0lTaJeiUTyToHl›",),
    ),
    Rule(
        id="razorpay-secret",
        kind="razorpay-secret",
        pattern=assigned("razorpay[_. -]?(?:key[_. -]?)?secret", "[A-Za-z0-9]{24}"),
        keywords=("razorpay",),
        reference="https://razorpay.com/docs/api/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('config.set("razorpay.key.secret", "‹yY4B4qOuDpsRfVaO1YJdedr6›")',),
        false=("commit: TBBvH2Bc1ip3iYjpOTODE81m",),
    ),
)
