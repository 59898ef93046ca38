"""Mistral and Codestral."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="mistral-key",
        kind="mistral-key",
        pattern=assigned("(?:mistral|codestral)", "[A-Za-z0-9]{32}"),
        keywords=("mistral", "codestral"),
        reference="https://docs.mistral.ai/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("'mistral_api_key' => '‹dNErrptkc6jFJRb4L4nfpvjh8s87sm0N›',",),
        false=(
            "Mistral3Model, Mistral3ForConditionalGeneration",
            "commit: uolvZF8nsvmavcHQ827qPpk7ljMQavrG",
        ),
    ),
)
