"""Bitrise."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="bitrise-token",
        kind="bitrise-token",
        pattern=assigned("bitrise", r"[A-Za-z0-9_\-]{86}", r"A-Za-z0-9_\-"),
        keywords=("bitrise",),
        reference="https://devcenter.bitrise.io/",
        score=0.85,
        min_entropy=3.0,
        true=(
            "bitrise.token=‹ahtPuUHcYhehprHZX01xcMQGlIDBgJU_UUyBCmiJG08hwrFu5QBGM7BZopBmcMdhYDNevJT5iDaRPx9ErRZxcS›",
        ),
        false=(
            "image@sha256:tg0U9rbBA_rY32TJmWCevw-Zm62zg8Z-H24PXKVRZJU-zWn8V-8glp2qwOnMxh6y7DhfAOd6cQq3dg_SZ9FW-7",
        ),
    ),
)
