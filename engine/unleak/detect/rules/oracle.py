"""Oracle Cloud."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="oracle-cloud-secret",
        kind="oracle-cloud-secret",
        pattern=assigned(
            "(?:oci|oracle)[_ -]?(?:cloud[_ -]?)?(?:auth|customer|secret|api)",
            "[A-Za-z0-9/+;:#<>{}()]{20}|[A-Za-z0-9+/]{43}=",
            "A-Za-z0-9/+=",
        ),
        keywords=("oci", "oracle"),
        reference="https://docs.oracle.com/iaas/Content/Identity/Tasks/managingcredentials.htm",
        score=0.85,
        min_entropy=3.2,
        check="mixed",
        true=("ociCustomerSecretKey: '‹tGdRX3NL9w7GNIbmcr0IVL3X7W0Hgb9uDtq0mztGJxn=›',",),
        false=("image@sha256:VTgujWixPPdVmXKAuD1NFIWLIaXYfQq1sADIu2iVBnu=",),
    ),
)
