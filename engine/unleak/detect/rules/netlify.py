"""Netlify."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="netlify-token",
        kind="netlify-token",
        pattern=token("nf[pcou]_[A-Za-z0-9]{36}"),
        keywords=("nfp_", "nfc_", "nfo_", "nfu_"),
        reference="https://docs.netlify.com/api/get-started/",
        min_entropy=3.0,
        true=("connect('‹nfp_zHakfkc9kGDkCWJbWDKYgfqBvReSMxvb6xiP›')",),
    ),
    Rule(
        id="netlify-token-old",
        kind="netlify-token",
        pattern=assigned("netlify", r"[A-Za-z0-9_\-]{43,46}", r"A-Za-z0-9_\-"),
        keywords=("netlify",),
        reference="https://docs.netlify.com/api/get-started/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('const netlifyAuthToken = "‹LlVKNPPeZeKJ-wTDJjjMhi4lj3m4sqqlVb-uWVJDw7N›";',),
        false=("image@sha256:v6vL9L0YX-CPzsjjI_5_UCCAF_01IrFzzuUOI_xyx_S",),
    ),
)
