"""Flutterwave."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="flutterwave-key",
        kind="flutterwave-key",
        pattern=token(
            "FLW(?:SEC|PUB)K(?:_TEST)?-[0-9a-f]{32}(?:-[0-9a-z]{11,13}vt)?-X|FLWSECK_TEST[0-9a-f]{12}"
        ),
        keywords=("flwseck", "flwpubk"),
        reference="https://developer.flutterwave.com/docs/authentication",
        min_entropy=3.0,
        true=('token = "‹FLWSECK_TEST-bf834b10c7d2c06abb8c7eb822d3241a-X›"',),
    ),
)
