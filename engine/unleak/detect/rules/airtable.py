"""Airtable."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="airtable-token",
        kind="airtable-token",
        pattern=token(r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
        keywords=("pat",),
        reference="https://airtable.com/developers/web/guides/personal-access-tokens",
        min_entropy=3.0,
        long=True,
        true=(
            "  value: ‹patWrgzQZMnK1odCU.58a4d700d3ba60aaa2978d8dc37e4fc083be34134f24543203e615e8124014e9›",
        ),
    ),
    Rule(
        id="airtable-key",
        kind="airtable-key",
        pattern=assigned("airtable", "(?:key|app)?[A-Za-z0-9]{14}"),
        keywords=("airtable",),
        reference="https://airtable.com/developers/web/api/authentication",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('os.environ["AIRTABLE_API_KEY"] = "‹keyvb0r2zAG8Xt4Zf›"',),
        false=('"etag": "keyUQZinc4GIcHRIi"',),
    ),
)
