"""Weights & Biases, Comet and Neptune."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="wandb-key",
        kind="wandb-key",
        pattern=assigned(
            "(?:wandb|weights?_?(?:and|n)?_?biases)", "[0-9a-f]{40}|local-[0-9a-f]{40}"
        ),
        keywords=("wandb", "weight"),
        reference="https://docs.wandb.ai/",
        score=0.85,
        min_entropy=3.0,
        true=('wandbApiKey := "‹06b87c79385209d4e317492610d82ca58cf2187a›"',),
        false=("commit: b6d052728066587de1dd88e9562f7f90589fdaec",),
    ),
    Rule(
        id="wandb-key-new",
        kind="wandb-key",
        pattern=token("wandb_v1_[A-Za-z0-9_]{40,90}", "A-Za-z0-9_"),
        keywords=("wandb_v1_",),
        reference="https://docs.wandb.ai/",
        min_entropy=3.0,
        true=(
            "connect('‹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›')",
        ),
    ),
    Rule(
        id="comet-key",
        kind="comet-key",
        pattern=assigned("comet", "[A-Za-z0-9]{25}"),
        keywords=("comet",),
        reference="https://www.comet.com/docs/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("comet.api.key=‹O4QHofUXUYoQJyLpAWVgV9G5h›",),
        false=("image@sha256:gtT8bMrHxYyJngLUdyfFAYRhq",),
    ),
)
