"""Adobe."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="adobe-secret",
        kind="adobe-secret",
        pattern=token(r"p8e?-[A-Za-z0-9_\-]{32}", r"A-Za-z0-9_\-"),
        keywords=("p8e-", "p8-"),
        reference="https://developer.adobe.com/developer-console/docs/guides/authentication/",
        min_entropy=3.0,
        true=("connect('‹p8e-2gPFpIDArUOaw3pDSh7S-RvlmXPZm8x7›')",),
    ),
    Rule(
        id="adobe-client-id",
        kind="adobe-client-id",
        pattern=assigned("adobe", "[0-9a-f]{32}"),
        keywords=("adobe",),
        reference="https://developer.adobe.com/developer-console/docs/guides/authentication/",
        severity="low",
        score=0.85,
        min_entropy=3.0,
        true=("adobe.client.id=‹146558e01c1cef5da98bacbef897c801›",),
        false=("commit: 0a767a6969b042b402e3e9ab33c8ee07",),
    ),
)
