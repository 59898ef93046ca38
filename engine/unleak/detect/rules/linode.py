"""Linode (Akamai)."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="linode-token",
        kind="linode-token",
        pattern=assigned("linode", "[0-9a-f]{64}"),
        keywords=("linode",),
        reference="https://techdocs.akamai.com/linode-api/",
        score=0.85,
        min_entropy=3.0,
        true=("--linode-token ‹acaba3a4dbc621de6983a0ded7e0fd6692f510eb31cfbe4ff48a62f4dd00d642›",),
        false=('"etag": "7538423b90d218687634dd1a416b783fdf1a0e407c3bcaa970907d031c7ac850"',),
    ),
    Rule(
        id="akamai-edgegrid-token",
        kind="akamai-edgegrid-token",
        pattern=token("akab-[a-z0-9]{16}-[a-z0-9]{16}"),
        keywords=("akab-",),
        reference="https://techdocs.akamai.com/developer/docs/edgegrid",
        min_entropy=3.0,
        true=("client_token = ‹akab-uuyqgb74u5k0e9dj-yi99uxx3df93eb2j›",),
    ),
)
