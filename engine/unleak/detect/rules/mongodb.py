"""MongoDB Atlas."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="mongodb-atlas-secret",
        kind="mongodb-atlas-secret",
        pattern=token(r"mdb_sa_sk_[A-Za-z0-9_\-]{40}", r"A-Za-z0-9_\-"),
        keywords=("mdb_sa_sk_",),
        reference="https://www.mongodb.com/docs/atlas/api/service-accounts-overview/",
        min_entropy=3.0,
        true=("# old one: ‹mdb_sa_sk_gk8ea0ZxQKzRrsQ2VB-DCVLXFMYF7hj0cYvQz7rn›",),
    ),
    Rule(
        id="mongodb-atlas-key",
        kind="mongodb-atlas-key",
        pattern=assigned("(?:mongo(?:db)?_?)?atlas", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("atlas",),
        reference="https://www.mongodb.com/docs/atlas/configure-api-access/",
        score=0.85,
        min_entropy=3.0,
        true=('MONGODB_ATLAS_PRIVATE_KEY = "‹b7f6f971-78c0-4a7a-8407-00e227b983e0›"',),
        false=("commit: 2b46be0f-e21b-4443-a20a-198b5773220e",),
    ),
)
