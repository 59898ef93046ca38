"""SonarQube and SonarCloud."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="sonar-token",
        kind="sonar-token",
        pattern=token("sq[pau]_[A-Za-z0-9]{40}"),
        keywords=("sqp_", "sqa_", "squ_"),
        reference="https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens",
        min_entropy=3.0,
        true=('token = "‹squ_1d205fae2c5485dae7df2d128aab4a0ad99f365a›"',),
    ),
    Rule(
        id="sonar-token-old",
        kind="sonar-token",
        pattern=assigned(
            "sonar[_.-]?(?:qube|cloud)?[_.-]?(?:token|login|key|secret|scanner|api)",
            "[A-Za-z0-9]{40}",
        ),
        keywords=("sonar",),
        reference="https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            '"sonar_login": "‹a90e50f6d6b37787500137524519a564b7cb923e›",',
            "export SONAR.TOKEN=‹c6f85f156247a3993cbb0cd0c2b20fe57c4580fb›",
        ),
        false=('checksum = "95685431f117f859262693d812957252586d3b67"',),
    ),
)
