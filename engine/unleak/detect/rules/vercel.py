"""Vercel."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="vercel-token",
        kind="vercel-token",
        pattern=assigned("(?:vercel|zeit)", "[A-Za-z0-9]{24}"),
        keywords=("vercel", "zeit"),
        reference="https://vercel.com/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("<vercelToken>‹hTYp0RfiHv77RCcsqW49gmme›</vercelToken>",),
        false=("build_id=l2rH7TrJa424EuGbIbmYz4C2",),
    ),
    Rule(
        id="vercel-blob-token",
        kind="vercel-blob-token",
        pattern=token("vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30}"),
        keywords=("vercel_blob_rw_",),
        reference="https://vercel.com/docs",
        min_entropy=3.0,
        true=('token = "‹vercel_blob_rw_vbeSAcaNVK9pigKf_QaRzp3PStElUVdCPNr2L728R3rPYFt›"',),
    ),
    Rule(
        id="vercel-gateway-key",
        kind="vercel-gateway-key",
        pattern=token(r"vc[kpair]_[A-Za-z0-9_\-]{54,60}", r"A-Za-z0-9_\-"),
        keywords=("vck_", "vcp_", "vca_", "vci_", "vcr_"),
        reference="https://vercel.com/docs",
        min_entropy=3.0,
        true=('"token": "‹vck_KFYa9VUCV7QCLL4XMMN4qSw1GS447vGH1t7VhtJXf6FItgu69A6PHzG7›"',),
    ),
)
