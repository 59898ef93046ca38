"""Together AI."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="together-key",
        kind="together-key",
        pattern=token(r"tgp_v1_[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("tgp_v1_",),
        reference="https://docs.together.ai/",
        min_entropy=3.0,
        true=("# old one: ‹tgp_v1_JSgqFqM4Z_ACEDO9JqtTYST_srakqVTnE0GrJNyWLFu›",),
    ),
    Rule(
        id="together-key-old",
        kind="together-key",
        pattern=assigned("together", "[0-9a-f]{64}"),
        keywords=("together",),
        reference="https://docs.together.ai/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'TOGETHER_API_KEY = "‹24932eff5ece0c6438d8b19c76f63651bad68d2588bbe4cf5f8d8305a366f219›"',
        ),
        false=("commit: 0d4a5e9ee1734eef16afa7639ec1d1214cc132bde04a455e4bafcc26c35797d0",),
    ),
)
