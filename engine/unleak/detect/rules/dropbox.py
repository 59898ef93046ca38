"""Dropbox."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="dropbox-token",
        kind="dropbox-token",
        pattern=token(r"sl\.(?:u\.)?[A-Za-z0-9_\-]{130,1500}", r"A-Za-z0-9_\-"),
        keywords=("sl.",),
        reference="https://developers.dropbox.com/oauth-guide",
        min_entropy=3.0,
        true=(
            "  value: ‹sl.BX6E6croYBnLzDnpmpjIXBMQchpB1CJBdZdl5G1FmOl4EUncB6PIz5i7B7S7zErGfX1jj2x8j12mjqZDfkNgbuxgBq3gNU5VosPXEjbHm0AlbRGHoh7fngUf8lFCLfDQZpP9fhLmvfC›",
        ),
    ),
    Rule(
        id="dropbox-long-token",
        kind="dropbox-token",
        pattern=token(r"[A-Za-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_\-=]{43}", r"A-Za-z0-9_\-="),
        keywords=("aaaaaaaaaa",),
        reference="https://developers.dropbox.com/oauth-guide",
        score=0.93,
        min_entropy=3.0,
        true=("connect('‹sLAS2G9RjoXAAAAAAAAAArVFh-syWH5anhqDsrhtqz3WL_TRjs5vq0U8tjVTNDBs›')",),
    ),
    Rule(
        id="dropbox-secret",
        kind="dropbox-secret",
        pattern=assigned("dropbox", "[a-z0-9]{15}"),
        keywords=("dropbox",),
        reference="https://developers.dropbox.com/oauth-guide",
        score=0.85,
        min_entropy=2.8,
        check="random_literal",
        true=("dropbox.app.secret=‹ggzw7z8dbme68kk›",),
        false=('"etag": "l56voz5kk5oylns"',),
    ),
)
