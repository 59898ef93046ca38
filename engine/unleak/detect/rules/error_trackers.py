"""Error trackers."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="rollbar-token",
        kind="rollbar-token",
        pattern=assigned("rollbar", "[0-9a-f]{32}|[0-9a-f]{128}"),
        keywords=("rollbar",),
        reference="https://docs.rollbar.com/",
        severity="medium",
        score=0.85,
        min_entropy=3.0,
        true=("rollbar.access.token=‹e3ed0b0519047a6a9573e419bf058c44›",),
        false=("build_id=3fd7193a4e022aff49c06c73d53a24ce",),
    ),
    Rule(
        id="bugsnag-key",
        kind="bugsnag-key",
        pattern=assigned("bug_?snag", "[0-9a-f]{32}"),
        keywords=("bug",),
        reference="https://docs.bugsnag.com/",
        severity="medium",
        score=0.85,
        min_entropy=3.0,
        long=True,
        true=("ENV BUGSNAG_API_KEY ‹17582ef044a817d6cc30328eca2475c6›",),
        false=('checksum = "81340dad9df22d873dfab2068f9e36de"',),
    ),
    Rule(
        id="airbrake-key",
        kind="error-tracker-key",
        pattern=assigned(
            "(?:airbrake|honeybadger|raygun|appsignal|hockey_?app|crashlytics|instabug)",
            "[0-9a-f]{32}|[0-9a-f]{35,40}|[A-Za-z0-9+/]{22}==|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        keywords=(
            "airbrake",
            "honeybadger",
            "raygun",
            "appsignal",
            "hockey",
            "crashlytics",
            "instabug",
        ),
        reference="https://docs.airbrake.io/",
        severity="medium",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('AIRBRAKE_API_KEY = "‹86734029e8e2092a35524c2d68f40a03›"',),
        false=("commit: b7f6a452b2ebf0e268eb94eb34e214ff",),
    ),
)
