"""OVHcloud."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="ovh-secret",
        kind="ovh-secret",
        pattern=assigned("ovh[_.-]?(?:application|app|consumer|secret)", "[A-Za-z0-9]{32}"),
        keywords=("ovh",),
        reference="https://help.ovhcloud.com/",
        score=0.85,
        min_entropy=3.0,
        true=("ovh.application.secret=‹tl4yc4Nxj3inia52nGNxODhyHQonDtsF›",),
        false=("commit: zZOwqo7qo0HLHua0eScdd3zhMwBS3EjI",),
    ),
)
