"""Market data."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="alpha-vantage-key",
        kind="alpha-vantage-key",
        pattern=assigned("alpha_?vantage", "[A-Z0-9]{16}"),
        keywords=("alpha",),
        reference="https://www.alphavantage.co/documentation/",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        true=('os.environ["ALPHAVANTAGE_API_KEY"] = "‹AJ2V6YS88BKTD5Q6›"',),
        false=("image@sha256:S68P2020GIXKSETS",),
    ),
    Rule(
        id="polygon-key",
        kind="polygon-key",
        pattern=assigned("polygon(?:[._]io)?", "[A-Za-z0-9_]{32}"),
        keywords=("polygon",),
        reference="https://polygon.io/docs",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("polygon.api.key=‹qyaeOkKdgyFUwVA8oCpGglhU1UAs4aJD›",),
        false=("build_id=hornraqm61efk7LFenqwuNxSIb6WTGXS",),
    ),
    Rule(
        id="coinmarketcap-key",
        kind="coinmarketcap-key",
        pattern=assigned(
            "(?:coin_?market_?cap|cmc)", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        ),
        keywords=("coinmarketcap", "coin_market", "cmc"),
        reference="https://coinmarketcap.com/api/documentation/v1/",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        true=("ENV CMC_PRO_API_KEY ‹a4703e37-0f50-479c-81f5-de96080d150d›",),
        false=('checksum = "c68ed82f-522a-4620-b164-860280c6cbd3"',),
    ),
    Rule(
        id="openexchangerates-key",
        kind="openexchangerates-key",
        pattern=assigned("(?:open_?exchange_?rates|fixer|currency_?layer)", "[0-9a-f]{32}"),
        keywords=("exchange", "fixer", "currency"),
        reference="https://docs.openexchangerates.org/",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        true=('OPENEXCHANGERATES_APP_ID = "‹18c5c1f4615ce765e52234d75e1d48dc›"',),
        false=("commit: 18852c95491ccd49dbb2df81f69fad6c",),
    ),
    Rule(
        id="iex-token",
        kind="iex-token",
        pattern=token("[sp]k_[0-9a-f]{32}"),
        keywords=("sk_", "pk_"),
        reference="https://iexcloud.io/docs/",
        score=0.85,
        min_entropy=3.0,
        true=('"token": "‹sk_067c287e83d59ab43d9bd39edc633701›"',),
    ),
)
