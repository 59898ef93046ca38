"""Product news and customer voice."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="beamer-token",
        kind="beamer-token",
        pattern=assigned("beamer", r"b_[A-Za-z0-9=_\-]{44}", r"A-Za-z0-9=_\-"),
        keywords=("beamer",),
        reference="https://www.getbeamer.com/api",
        min_entropy=3.0,
        true=("export BEAMER_API_KEY=‹b_AEPgpaCRnTlvDjbU5vpDhBRqMyJIITCBwTyThjG74ipS›",),
        false=("build_id=b_4sMA-Zv9rdfIQBVGZSU71MH1EpqaDwvK7UU-1RMEvr-3",),
    ),
    Rule(
        id="gitter-token",
        kind="gitter-token",
        pattern=assigned("gitter", r"[A-Za-z0-9_\-]{40}", r"A-Za-z0-9_\-"),
        keywords=("gitter",),
        reference="https://developer.gitter.im/docs/authentication",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("gitter_token: ‹8621ef68249fafd79daf513600f3a1a52fa2321d›",),
        false=('checksum = "32c0165b84c73fc83c49de16a20764779f4765d2"',),
    ),
)
