"""Codecov, Coveralls and Codacy."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="codecov-token",
        kind="codecov-token",
        pattern=assigned("codecov", "[A-Za-z0-9]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("codecov",),
        reference="https://docs.codecov.com/docs/codecov-tokens",
        score=0.85,
        min_entropy=3.0,
        true=(
            'codecovToken := "‹c502b44f-fa61-453b-836e-76a811b723b9›"',
            'os.environ["CODECOV_ACCESS_TOKEN"] = "‹927f5265-f24d-4aee-b03d-e69b003327cd›"',
        ),
        false=('checksum = "0067b84c-4e45-4312-9d6d-78b85b61a132"',),
    ),
    Rule(
        id="coveralls-token",
        kind="coveralls-token",
        pattern=assigned("coveralls?", r"[A-Za-z0-9\-]{33,37}|[A-Za-z0-9]{32}"),
        keywords=("coverall",),
        reference="https://docs.coveralls.io/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("coveralls.repo.token=‹gUHpcDUcJNNyK3XJsNkh41e97R3R1ef4›",),
        false=("commit: UJOXzzroZnw9Z7AaKFkHHBZwhoISNsOB",),
    ),
    Rule(
        id="codacy-token",
        kind="codacy-token",
        pattern=assigned("codacy", "[0-9a-f]{32}|[A-Za-z0-9]{20}"),
        keywords=("codacy",),
        reference="https://docs.codacy.com/codacy-api/api-tokens/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("ENV CODACY_PROJECT_TOKEN ‹fb767bd35df7578d484d830ab460935f›",),
        false=('"etag": "4f0de9c452166fc6096c22af74b61139"',),
    ),
)
