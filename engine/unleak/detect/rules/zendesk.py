"""Zendesk and Freshdesk."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="zendesk-token",
        kind="zendesk-token",
        pattern=assigned("zendesk", "[A-Za-z0-9]{40}"),
        keywords=("zendesk",),
        reference="https://developer.zendesk.com/api-reference/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("ENV ZENDESK_API_TOKEN ‹F45muBFBqGNW8n3nJaiak9oZMg8QfvqzVlyMJowr›",),
        false=("image@sha256:aYsKNjxWSNsbqDpoqv1qcFvqTTPM82lbPKcp8OZl",),
    ),
    Rule(
        id="freshdesk-key",
        kind="freshdesk-key",
        pattern=assigned("fresh(?:desk|works|sales|service|chat)", "[A-Za-z0-9]{20,22}"),
        keywords=("fresh",),
        reference="https://developers.freshdesk.com/api/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('FRESHDESK_API_KEY = "‹YZcGq9t7yNdRkKJpPBSs›"',),
        false=("build_id=scv0lLFllAtwQSE9gKh0",),
    ),
)
