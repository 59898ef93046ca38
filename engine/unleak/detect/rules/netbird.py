"""NetBird and ZeroTier."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="netbird-token",
        kind="netbird-token",
        pattern=token("nbp_[A-Za-z0-9]{36}"),
        keywords=("nbp_",),
        reference="https://docs.netbird.io/",
        min_entropy=3.0,
        true=("export TOKEN=‹nbp_KppvozzKjBqfg7KtUbATVVTpBd2IrVw4B9hn›",),
    ),
    Rule(
        id="zerotier-token",
        kind="zerotier-token",
        pattern=assigned("zero_?tier", "[A-Za-z0-9]{32}"),
        keywords=("zero",),
        reference="https://docs.zerotier.com/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('zerotierApiToken := "‹fM4MJaMpDa6rVvysjLRljbaW87zyBDL2›"',),
        false=("commit: fjaPXyioXuG5z78v5LIk9hpgPjkzUnNT",),
    ),
)
