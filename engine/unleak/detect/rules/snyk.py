"""Snyk."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="snyk-token",
        kind="snyk-token",
        pattern=assigned("snyk", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        keywords=("snyk",),
        reference="https://docs.snyk.io/snyk-api/authentication-for-api",
        score=0.85,
        min_entropy=3.0,
        true=('const snykToken = "‹4b2f346d-d0f1-4657-8d23-4a25e27368c2›";',),
        false=('"etag": "f7880934-46ca-4c96-8446-496504059bc3"',),
    ),
    Rule(
        id="snyk-service-token",
        kind="snyk-token",
        pattern=token(r"snyk_(?:uat|sat)\.[0-9a-f]{8}\.[A-Za-z0-9_\-.]{40,300}", r"A-Za-z0-9_\-."),
        keywords=("snyk_uat.", "snyk_sat."),
        reference="https://docs.snyk.io/snyk-api/authentication-for-api",
        score=0.96,
        min_entropy=3.0,
        true=(
            "# old one: ‹snyk_uat.93ec5fce.eyJlIjoxfQ.rSGaFmt2_6F6CXkNo1kjeF7uR94gYWDIpd7WWjnGIe377h88rGxB6P5Pks2odPSYI2OOOtJCZ_Ha1l9JFGWtyJ›",
        ),
    ),
)
