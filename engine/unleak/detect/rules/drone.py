"""Drone CI."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="drone-token",
        kind="drone-token",
        pattern=assigned(
            "drone[_. -]?(?:ci|token|server|rpc|user|access|secret)", "[A-Za-z0-9]{32}"
        ),
        keywords=("drone",),
        reference="https://docs.drone.io/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("droneToken: '‹eOlVI1RNBpolTdTqWVp2bS7ceaJ0WAte›',",),
        false=("image@sha256:CQhWkXCd4r9cWyZ486yKmF9JJ5g4VejH",),
    ),
    Rule(
        id="droneci-key",
        kind="drone-token",
        pattern=assigned("droneci", "[A-Za-z0-9]{32}"),
        keywords=("droneci",),
        reference="https://docs.drone.io/",
        score=0.86,
        min_entropy=3.0,
        true=('const droneciAccessToken = "‹lU99jJDFaUGH0BztDITqxLGgN5dWBJIZ›";',),
        false=("build_id=YDeFB9ZuK0G4hfPrDHssdw3AqCDQ819Y",),
    ),
)
