"""Midtrans."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="midtrans-key",
        kind="midtrans-key",
        pattern=token(r"(?:SB-)?Mid-server-[A-Za-z0-9_\-]{24}", r"A-Za-z0-9_\-"),
        keywords=("mid-server-",),
        reference="https://docs.midtrans.com/",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹SB-Mid-server-BlZogbH__99Ly1CcnVwzbx_I›"',),
    ),
)
