"""Mattermost, Rocket.Chat and Zulip."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="mattermost-token",
        kind="mattermost-token",
        pattern=assigned("(?:mattermost|mm_)", "[a-z0-9]{26}"),
        keywords=("mattermost", "mm_"),
        reference="https://developers.mattermost.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("mattermost_token: ‹7e024ptbnjpi7t3e1vppu4d8lp›",),
        false=('"etag": "1dtduqosg8jhtnmf27hvuvmse1"',),
    ),
    Rule(
        id="rocketchat-token",
        kind="rocketchat-token",
        pattern=assigned("(?:rocket_?chat|x-auth-token)", r"[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("rocket", "x-auth-token"),
        reference="https://developer.rocket.chat/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("rocketchatAuthToken: '‹W3ufMeeHJRPYMD9Slzb57xb2phn9CTcY0DqOaWPotCU›',",),
        false=("image@sha256:Fk2DE4vjHhgQ-HmOf4vmjfs1O6LOplJH6fzlFtYwI3m",),
    ),
    Rule(
        id="zulip-key",
        kind="zulip-key",
        pattern=assigned("zulip", "[A-Za-z0-9]{32}"),
        keywords=("zulip",),
        reference="https://zulip.com/api/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('const zulipApiKey = "‹5qLNaxfEP2oJtx3zwQt0YmiB2Jdl7HyF›";',),
        false=("build_id=CRIlwifMMQXSTDWPl5egUTngzjUrceXU",),
    ),
)
