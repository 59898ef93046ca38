"""Vector databases."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="weaviate-key",
        kind="weaviate-key",
        pattern=assigned(
            "(?:weaviate|wcs|wcd)", "[A-Za-z0-9]{36,40}|[A-Za-z0-9+/]{40,100}={1,2}", "A-Za-z0-9+/="
        ),
        keywords=("weaviate", "wcs", "wcd"),
        reference="https://docs.weaviate.io/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('"weaviate_api_key": "‹mECLutdeFaqwHdq6mXaW9KR5PGWG2Usev1ut›",',),
        false=("commit: tpqrEeJtZRNsmPFFf9QNGOl2PsTGryebEqDP",),
    ),
    Rule(
        id="qdrant-key",
        kind="qdrant-key",
        pattern=assigned("qdrant", r"[A-Za-z0-9_\-]{40,60}", r"A-Za-z0-9_\-."),
        keywords=("qdrant",),
        reference="https://qdrant.tech/documentation/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("export QDRANT_API_KEY=‹xAfC_K3DqNMTbSdQ-fD4zc6sX_36Qfjgi5WyDgogZgK›",),
        false=('"etag": "TvAVuSWdYk87HGmmuCgSoBe9HJYnh08EI7CNTwCz4aF"',),
    ),
    Rule(
        id="zilliz-key",
        kind="zilliz-key",
        pattern=assigned("(?:zilliz|milvus)", "[0-9a-f]{72}|[A-Za-z0-9]{40,96}"),
        keywords=("zilliz", "milvus"),
        reference="https://docs.zilliz.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "zilliz_api_key: ‹0fbdcf6ac1a28b50c5af2f97546a9fb9c6b3ea25eee297988af90fd9858fe4b9c78fe87f›",
        ),
        false=(
            "image@sha256:27859e2758b30bd3b416fcbf8dfea92e7dad19d3cd0392ddac1f03d018f4f235d09d9f4f",
        ),
    ),
)
