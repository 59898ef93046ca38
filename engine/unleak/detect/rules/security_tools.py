"""Tools for security tests."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="burp-collaborator-host",
        kind="burp-collaborator-host",
        pattern=r"(?P<value>[a-z0-9]{30}\.(?:burpcollaborator\.net|oastify\.com))(?![\w.\-])",
        keywords=(".burpcollaborator.net", ".oastify.com"),
        reference="https://portswigger.net/burp/documentation/collaborator",
        severity="low",
        score=0.8,
        true=("http://‹0gdu3k2ebk1x65hie47lbokz4jklg1.oastify.com›/",),
    ),
    Rule(
        id="psexec-password",
        kind="psexec-password",
        pattern=r"(?i:psexec)[^\r\n]{0,120}[ \t]-p[ \t]{1,4}[\"']?(?P<value>[^\s\"']{4,64})",
        keywords=("psexec",),
        reference="https://learn.microsoft.com/sysinternals/downloads/psexec",
        score=0.85,
        check="literal",
        true=("psexec \\\\host -u admin -p ‹W0joMGliOI› cmd",),
    ),
    Rule(
        id="semgrep-token",
        kind="semgrep-token",
        pattern=assigned("semgrep", "[0-9a-f]{64}"),
        keywords=("semgrep",),
        reference="https://semgrep.dev/docs/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'os.environ["SEMGREP_APP_TOKEN"] = "‹14f06d4807183c183a8e47944e2bb3fb8027c3d991000ec0c90f25688599c2bf›"',
        ),
        false=('"etag": "ce308fa2c58ea546ac91dd0c18c28676cf5bd622de992937fa208e5beffaff6b"',),
    ),
    Rule(
        id="nightfall-key",
        kind="nightfall-key",
        pattern=token("NF-[A-Za-z0-9]{32}"),
        keywords=("nf-",),
        reference="https://docs.nightfall.ai/",
        min_entropy=3.0,
        check="mixed",
        true=('curl -H "X-Key: ‹NF-r8zrH57kzwGBoIo1aaiwXS8uf8AXKEtH›"',),
    ),
    Rule(
        id="maxmind-key",
        kind="maxmind-key",
        pattern=token("[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
        keywords=("_mmk",),
        reference="https://dev.maxmind.com/",
        min_entropy=3.0,
        true=("# old one: ‹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›",),
    ),
)
