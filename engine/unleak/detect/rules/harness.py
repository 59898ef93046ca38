"""Harness."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="harness-token",
        kind="harness-token",
        pattern=token(r"(?:pat|sat)\.[A-Za-z0-9_\-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
        keywords=("pat.", "sat."),
        reference="https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/",
        min_entropy=3.0,
        true=(
            "# old one: ‹pat.vj-ftE6v3SWckwavikVEUQ.080ba58e0af4eb251d1b4df4.BrF2gNCdWOEXZsMbzZVj›",
        ),
    ),
)
