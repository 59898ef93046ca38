"""Billing and bookkeeping."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="chargebee-key",
        kind="chargebee-key",
        pattern=assigned("chargebee", "(?:live|test)_[A-Za-z0-9]{20,60}"),
        keywords=("chargebee",),
        reference="https://apidocs.chargebee.com/docs/api/auth",
        min_entropy=3.0,
        true=("export CHARGEBEE_API_KEY=‹live_vrF4IgcX3rw7Rsr71c7OnMXvGlyTpfiGTpQspMdplQ›",),
        false=("image@sha256:live_xXiOHlQDB06o3oPTQ2QaXjdya45TRPeYC9G0ONR92P",),
    ),
    Rule(
        id="recurly-key",
        kind="recurly-key",
        pattern=assigned("recurly", "[0-9a-f]{32}"),
        keywords=("recurly",),
        reference="https://recurly.com/developers/api/",
        score=0.85,
        min_entropy=3.0,
        true=("recurly_api_key: ‹c3b3311342aead1db8612e61de773e17›",),
        false=("build_id=2eaf097967fcedbe47e580109a262d18",),
    ),
    Rule(
        id="freshbooks-token",
        kind="freshbooks-token",
        pattern=assigned("fresh_?books", "[0-9a-f]{64}"),
        keywords=("fresh",),
        reference="https://www.freshbooks.com/api/",
        score=0.85,
        min_entropy=3.0,
        true=(
            "freshbooksAccessToken: '‹d5574ca4a1976414d3c98daf1179b4eb1afedbc60bb91765322cd6a37293fcdd›',",
        ),
        false=('checksum = "970bc1933b84d9d372ea2d8fcb1ae19c9ef17d29e36a59dd2ca7445bfd753eba"',),
    ),
    Rule(
        id="quickbooks-secret",
        kind="quickbooks-secret",
        pattern=assigned("(?:quick_?books|intuit)", "[A-Za-z0-9]{38,40}"),
        keywords=("quick", "intuit"),
        reference="https://developer.intuit.com/app/developer/qbo/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('const quickbooksClientSecret = "‹uu7PgNc0s7n3uAArAtSRFgH9TmBpS6XzbauvL8nx›";',),
        false=("commit: NtNivpDqkREOHT8dAisSZsys4KqXWYXjqgtEGltR",),
    ),
)
