"""Crypto-currency exchanges."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="binance-key",
        kind="binance-key",
        pattern=assigned("binance", "[A-Za-z0-9]{64}"),
        keywords=("binance",),
        reference="https://developers.binance.com/docs/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            'binanceApiSecret := "‹QmPUxQD0495GdIoyWOyz15ucLIlhtTnnQfbWnjtLygjKmnRXw6OvHsC8fblemVYF›"',
        ),
        false=("build_id=EHKGTNDHOJJ7WbwdBijXwNouv9vygHiwJPu2h88pszbJPBMMZQ261zQX40K5mQdH",),
    ),
    Rule(
        id="kraken-key",
        kind="kraken-key",
        pattern=assigned("kraken", r"[A-Za-z0-9/=_+\-]{80,90}", r"A-Za-z0-9/=_+\-"),
        keywords=("kraken",),
        reference="https://docs.kraken.com/api/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            'os.environ["KRAKEN_PRIVATE_KEY"] = "‹XPu1QfEjcnWqpSFFbGyAAIHAJdB0X4g+O+rJslkhn36XT2kv9G/Ou32qZeMUpk208Edqzm4F+bepLZFjpM1h6p==›"',
        ),
        false=(
            'checksum = "Cn1Dl8ZUYsAJ12HmLmGm000XY1qsFIwv2A/fNioQm5HBzV4mpV1v56kq+C017AQx3wGtZHZPYnmIrYf8LOovNz=="',
        ),
    ),
    Rule(
        id="kucoin-key",
        kind="kucoin-key",
        pattern=assigned("kucoin", "[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("kucoin",),
        reference="https://www.kucoin.com/docs/",
        score=0.85,
        min_entropy=3.0,
        true=("kucoin.api.secret=‹1bd45ddc-653f-4753-987e-9176ea208691›",),
        false=("commit: 617c0f3b-0890-4d83-8965-2f1d7f0f513c",),
    ),
    Rule(
        id="bittrex-key",
        kind="bittrex-key",
        pattern=assigned("bittrex", "[a-z0-9]{32}"),
        keywords=("bittrex",),
        reference="https://bittrex.github.io/api/v3",
        score=0.85,
        min_entropy=3.0,
        true=("ENV BITTREX_SECRET_KEY ‹009eb328dccf9d0b693997cd8c5e3ac5›",),
        false=('"etag": "72a93f5acfbc06b7372352fb5010fd90"',),
    ),
    Rule(
        id="okx-key",
        kind="okx-key",
        pattern=assigned(
            "ok(?:ex|x|coin)[_. -]?(?:api|secret|key)",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{32}",
        ),
        keywords=("okex", "okx", "okcoin"),
        reference="https://www.okx.com/docs-v5/",
        score=0.85,
        min_entropy=3.0,
        true=('OKX_SECRET_KEY = "‹97C66C72794D9C5ACE2097E10DFD2C94›"',),
        false=("image@sha256:7B7CBFC84761FB4A46C72FE4C55C0A51",),
    ),
    Rule(
        id="bybit-key",
        kind="exchange-key",
        pattern=assigned(
            "(?:bybit|bitfinex|bitmex|gateio|huobi|bitstamp|ftx)",
            r"[A-Za-z0-9_\-]{32,64}",
            "A-Za-z0-9_-",
        ),
        keywords=("bybit", "bitfinex", "bitmex", "gateio", "huobi", "bitstamp", "ftx"),
        reference="https://bybit-exchange.github.io/docs/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('"bybit_api_secret": "‹8vaVhF0sUPIYZG0vhSNHqHXVIRaSb7C6LBWf›",',),
        false=("build_id=RxSUBW8wBKsCQhVsDTFORYMQXI89Uy88vmC1",),
    ),
)
