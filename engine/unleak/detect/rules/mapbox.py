"""Maps."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="mapbox-token",
        kind="mapbox-token",
        pattern=token(
            r"[sp]k\.eyJ1Ijoi[A-Za-z0-9_\-]{30,120}\.[A-Za-z0-9_\-]{20,30}", r"A-Za-z0-9_\-"
        ),
        keywords=("sk.eyj", "pk.eyj"),
        reference="https://docs.mapbox.com/help/getting-started/access-tokens/",
        severity="medium",
        score=0.96,
        min_entropy=3.0,
        true=(
            'token = "‹sk.eyJ1IjoiKPDoE6FCDg33jr2SlYlzeYQ8qf7bnVMs6yKHc2tMYLUUNP5P8yTsieE0HxTG.c07NJ9O278X64hZPRa7faZ›"',
        ),
    ),
    Rule(
        id="here-key",
        kind="maps-key",
        pattern=assigned(
            "(?:here[_ .-]?(?:api|maps|app)|tomtom|mapquest|opencage|geoapify|maptiler|geonames|positionstack)",
            r"[A-Za-z0-9_\-]{43}|[A-Za-z0-9]{32}|[A-Za-z0-9]{20}",
            r"A-Za-z0-9_\-",
        ),
        keywords=(
            "here",
            "tomtom",
            "mapquest",
            "opencage",
            "geoapify",
            "maptiler",
            "geonames",
            "positionstack",
        ),
        reference="https://www.here.com/docs",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        digit=True,
        true=('"here_api_key": "‹X52RkTFmiy52wuiktDVhqJoz5QOknxL--frTkGuY3lX›",',),
        false=("build_id=d4jpBnerJX69u2-poe0kg0VRkiqjXlw0mbEKRnI3uBz",),
    ),
    Rule(
        id="weather-key",
        kind="weather-key",
        pattern=assigned(
            "(?:open_?weather|weather_?api|weatherbit|dark_?sky|tomorrow_?io|accuweather|visual_?crossing|owm)",
            "[A-Za-z0-9]{25,32}|[A-Za-z0-9]{25}",
        ),
        keywords=("weather", "dark", "tomorrow", "visual", "owm"),
        reference="https://openweathermap.org/api",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("export OPENWEATHER_API_KEY=‹8823740bed36fc3a15abde6dd03e0443›",),
        false=('checksum = "db3e0fe6fa6838fbfbc30e43a9906512"',),
    ),
)
