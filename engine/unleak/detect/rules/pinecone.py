"""Pinecone."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="pinecone-key",
        kind="pinecone-key",
        pattern=token("pcsk_[A-Za-z0-9]{5,7}_[A-Za-z0-9]{60,66}"),
        keywords=("pcsk_",),
        reference="https://docs.pinecone.io/",
        min_entropy=3.0,
        true=(
            "# old one: ‹pcsk_jrhCNm_3g9sJMtBuBRON4KcsSOcmZMgMSL1GwdOAvslY19aCr8hHER57Hky9lCwJlJ0pGa›",
        ),
    ),
    Rule(
        id="pinecone-key-old",
        kind="pinecone-key",
        pattern=assigned("pinecone", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("pinecone",),
        reference="https://docs.pinecone.io/",
        score=0.85,
        min_entropy=3.0,
        true=('PINECONE_API_KEY = "‹a4fe22b3-a5ad-4413-a471-1493125d7cf5›"',),
        false=('checksum = "8a8c2055-9a19-4d37-89a6-57b4ed9cae5c"',),
    ),
)
