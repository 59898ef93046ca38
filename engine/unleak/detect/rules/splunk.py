"""Splunk."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="splunk-token",
        kind="splunk-token",
        pattern=assigned("(?:splunk|hec_)", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("splunk", "hec_"),
        reference="https://docs.splunk.com/Documentation/Splunk/latest/Data/UsetheHTTPEventCollector",
        score=0.85,
        min_entropy=3.0,
        true=(
            "export SPLUNK_HEC_TOKEN=‹b405d85c-04c9-457c-8fcb-7c1f0b39a123›",
            "Authorization: Splunk ‹1a5d06f5-22dc-424b-840b-36810bd2760a›",
        ),
        false=("image@sha256:b3630b33-5e68-42ad-a295-f127250a3844",),
    ),
)
