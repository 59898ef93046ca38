"""Elastic."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="elastic-service-key",
        kind="elastic-service-key",
        pattern=token("ess[au]_[A-Za-z0-9+/]{40,80}={0,2}", "A-Za-z0-9+/="),
        keywords=("essa_", "essu_"),
        reference="https://www.elastic.co/docs/deploy-manage/api-keys",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹essu_H6XCJagn2bkuqp7tAWDKBZkknitEQhLp4uktLsunzobaiTz1tPJEpsuJ4F==›"',
        ),
    ),
    Rule(
        id="elastic-key",
        kind="elastic-key",
        pattern=assigned(
            r"(?:elastic|kibana|es_api|authorization[^\w\n]{1,6}apikey)",
            r"[A-Za-z0-9+/]{58}==|[A-Za-z0-9_\-]{20}:[A-Za-z0-9_\-]{22}",
            "A-Za-z0-9+/=",
        ),
        keywords=("elastic", "kibana", "es_api", "authorization"),
        reference="https://www.elastic.co/docs/deploy-manage/api-keys",
        score=0.85,
        min_entropy=3.5,
        true=(
            "<elasticApiKey>‹uNnGGKwAsYn1JUezdpA8oFXzwUrbHDadXMoy7cMsm125PFEI3UDGTb6hWB==›</elasticApiKey>",
        ),
        false=('"etag": "4tErqWXhPnmE6O9GFRcyQBrXXit14NV09epsRpLMmLGyU3s4egymbaWWoL=="',),
    ),
)
