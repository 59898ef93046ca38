"""Buildkite."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="buildkite-token",
        kind="buildkite-token",
        pattern=token("bk(?:ua|pt|aj|cr|rt|pat)_[A-Za-z0-9]{40}|bkct_[A-Za-z0-9]{40}"),
        keywords=("bkua_", "bkpt_", "bkaj_", "bkcr_", "bkrt_", "bkpat_", "bkct_"),
        reference="https://buildkite.com/docs/apis/managing-api-tokens",
        min_entropy=3.0,
        true=("export TOKEN=‹bkua_b983dd61adf0ca46ac353c04edd5ade2a8fa3c8c›",),
    ),
    Rule(
        id="buildkite-agent-token",
        kind="buildkite-agent-token",
        pattern=assigned("buildkite", "[0-9a-f]{50}|[A-Za-z0-9]{40}"),
        keywords=("buildkite",),
        reference="https://buildkite.com/docs/agent/v3/tokens",
        score=0.85,
        min_entropy=3.0,
        true=("buildkite_agent_token: ‹65c5ccfa453e82538a726d928f02b922fc93f8284f688af11c›",),
        false=('"etag": "0522c36df3710070f5db0ce4026f01021798c9ae7de9184de4"',),
    ),
)
