"""Telegram."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="telegram-token",
        kind="telegram-token",
        pattern=token(r"\d{8,10}:AA[A-Za-z0-9_\-]{33}", r"A-Za-z0-9_\-"),
        keywords=(":aa",),
        reference="https://core.telegram.org/bots/api",
        min_entropy=3.0,
        true=('bot = "‹9333490847:AA2Yq5Nib57jBnue6kuwRQqwyHOtIyGDKyu›"',),
    ),
    Rule(
        id="telegram-token-url",
        kind="telegram-token",
        pattern=r"api\.telegram\.org/(?:file/)?bot(?P<value>\d{5,16}:[A-Za-z0-9_\-]{34,36})(?![A-Za-z0-9_\-])",
        keywords=("api.telegram.org",),
        reference="https://core.telegram.org/bots/api",
        score=0.96,
        true=(
            "https://api.telegram.org/bot‹9394152073:AABfXM8nyy6vd4lq-BG2VwPfDNp54C2dC-a›/getMe",
        ),
        false=("https://api.telegram.org/bot<token>/getMe",),
    ),
    Rule(
        id="telegram-api-hash",
        kind="telegram-api-hash",
        pattern=assigned("(?:telegram|tg|tele)?_?api_?hash", "[0-9a-f]{32}"),
        keywords=("hash",),
        reference="https://core.telegram.org/api/obtaining_api_id",
        score=0.85,
        min_entropy=3.0,
        digit=True,
        true=(
            'api_hash = "‹530d984335261cbe16f276829af16140›"',
            "ENV TELEGRAM_API_HASH ‹2e208823a671d7f00229eba17ddca4ed›",
        ),
        false=("build_id=8bc96ff07c399b49489602acf52ca2bd",),
    ),
)
