"""Dynatrace."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="dynatrace-token",
        kind="dynatrace-token",
        pattern=token(r"dt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}"),
        keywords=tuple(f"dt0{kind}0" for kind in "abcdefghijklmnopqrstuvwxyz"),
        reference="https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
        min_entropy=3.0,
        true=(
            '"token": "‹dt0c01.7XJ7F2TLQFNALDB51H7J01PK.QVKIN266J3V9DU16K2JK1OYSPV9RIOCTWGNI6TW602HQNUHE6L6EN05Z3VK4G2ZI›"',
        ),
    ),
)
