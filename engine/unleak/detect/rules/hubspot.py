"""HubSpot."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="hubspot-token",
        kind="hubspot-token",
        pattern=token("pat-(?:na|eu|ap)[12]-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        keywords=("pat-",),
        reference="https://developers.hubspot.com/docs",
        min_entropy=3.0,
        true=('"token": "‹pat-na1-58bd06e6-4170-4791-a2e2-cd7face9fd3f›"',),
    ),
    Rule(
        id="hubspot-key",
        kind="hubspot-key",
        pattern=assigned(
            "hub_?spot|hapikey", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        ),
        keywords=("hubspot", "hub_spot", "hapikey"),
        reference="https://developers.hubspot.com/docs",
        score=0.85,
        min_entropy=3.0,
        true=(
            "export HUBSPOT_API_KEY=‹2659c680-30e2-460c-a3c5-4979daa8bb0a›",
            "?hapikey=‹b0fdc744-46e5-41b6-8fa3-e4f7be38beaf›",
        ),
        false=("commit: 5f4b621b-589b-43ff-a678-c09b52cb482d",),
    ),
)
