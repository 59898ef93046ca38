"""Travis CI."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="travis-token",
        kind="travis-token",
        pattern=assigned("travis", r"[A-Za-z0-9_\-]{22}", r"A-Za-z0-9_\-"),
        keywords=("travis",),
        reference="https://docs.travis-ci.com/api/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('"travis_api_token": "‹KsN7auumsjoQIQXX26EmCl›",',),
        false=('checksum = "2C5oxkzbH82R5yw41tscVR"',),
    ),
)
