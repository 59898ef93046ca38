"""Postmark."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="postmark-token",
        kind="postmark-token",
        pattern=assigned(
            "(?:postmark|x-postmark-(?:server|account)-token)",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        keywords=("postmark",),
        reference="https://postmarkapp.com/developer",
        score=0.85,
        min_entropy=3.0,
        true=("--postmark-server-token ‹1900bf59-02c9-4999-b611-f218735822f0›",),
        false=("image@sha256:7104c21a-ec32-4597-9cb0-e1294ad0c67a",),
    ),
)
