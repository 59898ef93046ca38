"""Providers of models."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="openai-key",
        kind="openai-key",
        pattern=(
            r"(?<![A-Za-z0-9])(?P<value>sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{20,180}"
            r"|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}))(?![A-Za-z0-9_\-])"
        ),
        keywords=("sk-proj-", "sk-svcacct-", "sk-admin-", "t3blbkfj"),
        reference="https://platform.openai.com/docs/api-reference/authentication",
        min_entropy=3.0,
        true=(
            'openai.api_key = "‹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›"',
            "OPENAI=‹sk-proj-q8Zt3LmW5vXc7RbN2kYd9JfH4s_GpA6eTu1Qi8-ZtP›",
        ),
    ),
    Rule(
        id="anthropic-key",
        kind="anthropic-key",
        pattern=r"(?<![A-Za-z0-9])(?P<value>sk-ant-(?:api|admin)\d\d-[A-Za-z0-9_\-]{80,120})(?![A-Za-z0-9_\-])",
        keywords=("sk-ant-",),
        reference="https://docs.anthropic.com/en/api/overview",
        min_entropy=3.0,
        true=(
            "‹sk-ant-api03-q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPabcdAA›",
        ),
    ),
    Rule(
        id="huggingface-token",
        kind="huggingface-token",
        pattern=r"(?<![A-Za-z0-9])(?P<value>(?:hf|api_org)_[A-Za-z]{34})(?![A-Za-z0-9])",
        keywords=("hf_", "api_org_"),
        reference="https://huggingface.co/docs/hub/security-tokens",
        min_entropy=3.0,
        true=('HF_TOKEN="‹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›"',),
        false=("hf_model_name_that_is_just_a_variable",),
    ),
)
