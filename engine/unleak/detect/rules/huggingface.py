"""Hugging Face."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="huggingface-token",
        kind="huggingface-token",
        pattern=token("(?:hf|api_org)_[A-Za-z]{34}"),
        keywords=("hf_", "api_org_"),
        reference="https://huggingface.co/docs/hub/security-tokens",
        min_entropy=3.0,
        check="not_placeholder",
        true=(
            'HF_TOKEN="‹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›"',
            'token = "‹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›"',
        ),
        false=("hf_model_name_that_is_just_a_variable",),
    ),
)
