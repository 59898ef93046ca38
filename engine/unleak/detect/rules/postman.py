"""Postman."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="postman-key",
        kind="postman-key",
        pattern=token("PM(?:AK-[0-9a-f]{24}-[0-9a-f]{34}|AT-[0-9A-Z]{26})"),
        keywords=("pmak-", "pmat-"),
        reference="https://learning.postman.com/docs/developer/postman-api/authentication/",
        min_entropy=3.0,
        true=('token = "‹PMAK-c9de21a71f8beab6a1bc6fae-e5590e4d071921ba29c063653cf49f81ef›"',),
    ),
)
