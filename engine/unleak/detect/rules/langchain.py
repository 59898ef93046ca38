"""LangSmith and Langfuse."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="langsmith-key",
        kind="langsmith-key",
        pattern=token("lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}|ls__[0-9a-f]{32}"),
        keywords=("lsv2_", "ls__"),
        reference="https://docs.langchain.com/langsmith",
        min_entropy=3.0,
        true=('"token": "‹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›"',),
    ),
    Rule(
        id="langfuse-key",
        kind="langfuse-key",
        pattern=token("[sp]k-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("sk-lf-", "pk-lf-"),
        reference="https://langfuse.com/docs",
        min_entropy=3.0,
        true=("export TOKEN=‹sk-lf-8abcc010-b56f-4725-95cf-d499eb34c66b›",),
    ),
)
