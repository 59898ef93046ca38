"""Atlassian: Jira, Confluence, Trello, Opsgenie, Statuspage."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="atlassian-token",
        kind="atlassian-token",
        pattern=token(
            r"ATATT3xFfGF0[A-Za-z0-9_\-=]{40,220}|ATCTT3xFfGF0[A-Za-z0-9_\-=]{40,220}|ATOA[A-Za-z0-9_\-=]{60,220}",
            r"A-Za-z0-9_\-=",
        ),
        keywords=("atatt3xffgf0", "atoa"),
        reference="https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        severity="critical",
        min_entropy=3.0,
        true=(
            '"token": "‹ATATT3xFfGF0SvALNVOhwecKcNtqe7Wu9UciuKBuUodY4O-I6ZXSIdKsO9gaNIz_wgRRmgJgCR69UIe10Hm0NU-MYKTzJKZrgFlTQMdfrecbKH38CKmibnzk0umk--1p2n1ptthtKIi7rPkux5SpVzuf2Yk8-z7mCiMTEoniPI30pKsU-bTsqou=008ECAEE›"',
        ),
    ),
    Rule(
        id="atlassian-token-old",
        kind="atlassian-token",
        pattern=assigned(
            "(?:atlassian|confluence|jira)", "[A-Za-z0-9]{20}[A-F0-9]{4}|[A-Za-z0-9]{24}"
        ),
        keywords=("atlassian", "confluence", "jira"),
        reference="https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("export JIRA_API_TOKEN=‹8EY9uRjRmaK18j2EDTo5GIYn›",),
        false=("image@sha256:xqrPqxp55zTb6NtC9LgDNAkC",),
    ),
    Rule(
        id="trello-token",
        kind="trello-token",
        pattern=token("ATTA[0-9a-f]{72}"),
        keywords=("atta",),
        reference="https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/",
        min_entropy=3.0,
        true=(
            "  value: ‹ATTA25c908f2b23b19c5f08f1bea2bff4b1ff131265674afdc3bcf94801ee01c41e4150313c4›",
        ),
    ),
    Rule(
        id="trello-key",
        kind="trello-key",
        pattern=assigned("trello", r"[0-9a-f]{32}|[0-9a-f]{64}|[A-Za-z0-9_\-]{32}"),
        keywords=("trello",),
        reference="https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("trelloApiKey: '‹efd8e8cd489f2fc22f50e35723ebd722›',",),
        false=('checksum = "bac07f0a4838d89f9a0339cc72bf20b3"',),
    ),
    Rule(
        id="opsgenie-key",
        kind="opsgenie-key",
        pattern=assigned("ops_?genie", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("opsgenie", "ops_genie"),
        reference="https://docs.opsgenie.com/docs/api-key-management",
        score=0.85,
        min_entropy=3.0,
        true=('const opsgenieApiKey = "‹c0f6e274-9367-45d8-9995-5fc45b8d8929›";',),
        false=("commit: a295e32b-2b0d-4d59-adb5-3ebc9ad5ccaf",),
    ),
    Rule(
        id="statuspage-key",
        kind="statuspage-key",
        pattern=assigned(
            "status_?page", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{32}"
        ),
        keywords=("statuspage", "status_page"),
        reference="https://developer.statuspage.io/",
        score=0.85,
        min_entropy=3.0,
        true=("<statuspageApiKey>‹bf4c8195-dd90-4c33-b8af-3113f36502fa›</statuspageApiKey>",),
        false=('"etag": "7109efd0-2d66-4704-bab7-deef5b24026e"',),
    ),
)
