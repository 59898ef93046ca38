"""Mailchimp."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="mailchimp-key",
        kind="mailchimp-key",
        pattern=token(r"[0-9a-f]{32}-us\d{1,2}"),
        keywords=("-us",),
        reference="https://mailchimp.com/developer/",
        min_entropy=3.0,
        true=("connect('‹e0417d5b5ba0420a25a66b8c1b695740-us18›')",),
    ),
    Rule(
        id="mandrill-key",
        kind="mandrill-key",
        pattern=token(r"md-[A-Za-z0-9_\-]{22}", r"A-Za-z0-9_\-"),
        keywords=("md-",),
        reference="https://mailchimp.com/developer/",
        min_entropy=3.0,
        check="mixed",
        true=('curl -H "X-Key: ‹md-bUjVN7HXHVM6sForBZCElh›"',),
    ),
    Rule(
        id="mandrill-key-old",
        kind="mandrill-key",
        pattern=assigned("mandrill", r"[A-Za-z0-9_\-]{22}", r"A-Za-z0-9_\-"),
        keywords=("mandrill",),
        reference="https://mailchimp.com/developer/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("<mandrillApiKey>‹qU4QbgXuLVy_Jds3vwFrnY›</mandrillApiKey>",),
        false=("commit: OMa4TQDySJI0x2C68kcR1M",),
    ),
)
