"""DigitalOcean."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="digitalocean-token",
        kind="digitalocean-token",
        pattern=token("do[opr]_v1_[0-9a-f]{64}"),
        keywords=("doo_v1_", "dop_v1_", "dor_v1_"),
        reference="https://docs.digitalocean.com/reference/api/create-personal-access-token/",
        severity="critical",
        true=("‹dop_v1_620c0b73c8dbafb2674b061aabc8b147bc383dd53ce1bcf75ab18f250cbbbcb7›",),
    ),
    Rule(
        id="digitalocean-spaces-key",
        kind="digitalocean-spaces-key",
        pattern=token("DO(?:00|801)[A-Z0-9]{15,16}"),
        keywords=("do00", "do801"),
        reference="https://docs.digitalocean.com/products/spaces/how-to/manage-access/",
        score=0.9,
        min_entropy=3.0,
        true=("  value: ‹DO00WMISS7428NUNGANU›",),
    ),
    Rule(
        id="digitalocean-spaces-secret",
        kind="digitalocean-spaces-secret",
        pattern=assigned("(?:spaces|digital_?ocean|do_)", "[A-Za-z0-9/+]{43}", "A-Za-z0-9/+="),
        keywords=("spaces", "digitalocean", "digital_ocean", "do_"),
        reference="https://docs.digitalocean.com/products/spaces/how-to/manage-access/",
        score=0.85,
        min_entropy=3.5,
        true=('os.environ["SPACES_SECRET_KEY"] = "‹VJDo/5t4pcjhPVIS/dRad6DKVciyEPxDgimztDiGoPX›"',),
        false=("commit: JSsgL11Knbq1YZHBMmFtFLK7cM3zdtYxuoOe3P9Wgbv",),
    ),
)
