"""AppVeyor."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="appveyor-token",
        kind="appveyor-token",
        pattern=assigned("appveyor", "v2[.][a-z0-9]{20}|[a-z0-9]{20}"),
        keywords=("appveyor",),
        reference="https://www.appveyor.com/docs/api/",
        score=0.85,
        min_entropy=3.0,
        true=('os.environ["APPVEYOR_TOKEN"] = "‹v2.tpmswt84hjecdel02e03›"',),
        false=('"etag": "v2.mc86c9ce1zzuk3ks9pql"',),
    ),
)
