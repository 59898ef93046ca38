"""Datadog."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="datadog-key",
        kind="datadog-key",
        pattern=assigned(
            "(?:data_?dog|dd_?(?:api|app)|ddog)", "[0-9a-f]{32}|[0-9a-f]{40}|[A-Za-z0-9]{40}"
        ),
        keywords=("datadog", "data_dog", "dd_", "ddapi", "ddapp", "ddog"),
        reference="https://docs.datadoghq.com/account_management/api-app-keys/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        digit=True,
        true=(
            'ddApiKey := "‹112160ce8a274d2e39a21bcb1e132909›"',
            'os.environ["DATADOG_APP_KEY"] = "‹1a330ce69caff7c05e98cf90fc68fbf6›"',
        ),
        false=("build_id=8eec8e26fdab0d13803d7a4270568218",),
    ),
    Rule(
        id="datadog-app-token",
        kind="datadog-key",
        pattern=token("ddapp_[A-Za-z0-9]{34}"),
        keywords=("ddapp_",),
        reference="https://docs.datadoghq.com/account_management/api-app-keys/",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹ddapp_NWFKBNB4xSQubDJqF8do4bvG0SnIYdTTia›"',),
    ),
)
