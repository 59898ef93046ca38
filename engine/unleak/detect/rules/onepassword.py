"""1Password."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="1password-service-token",
        kind="1password-token",
        pattern=token(r"ops_eyJ[A-Za-z0-9+/_\-]{200,3900}={0,3}", r"A-Za-z0-9+/_\-="),
        keywords=("ops_eyj",),
        reference="https://developer.1password.com/docs/service-accounts/",
        severity="critical",
        min_entropy=4.0,
        true=(
            '"token": "‹ops_eyJd2X4niHoiLqwSQyq5wneKC58AE7sxA9hhub0Yu17EOkeLTMcDxiMsPIRqOFNfikQgqRftkXW8RkGC2PNSLLu3wB9KEfxoeb3xPAliMsl9XVfDVg6CIEJdGgggvMdllgwgIq7VCAQ81Zo7JA5BtA2zs3IEverwnm18paMUc0OEPWmGfPbGzK96NERe8fGvr2ToS0wI7DDXNu02eT3PfDkqldxI83CWEE2Mp3zKxqLHYTpMDnkkqwo6gGE4o›"',
        ),
    ),
    Rule(
        id="1password-secret-key",
        kind="1password-secret-key",
        pattern=token(
            "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"
        ),
        keywords=("a3-",),
        reference="https://support.1password.com/secret-key/",
        severity="critical",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹A3-IKGNT5-SNZ3WR-6J5PN-VI70G-NXSOY-HNZVG›",
            "  value: ‹A3-LW6VY4-CFHLF68YZ0C-7PF96-9QT42-BVPZT›",
        ),
        false=("A3-XXXXXX-XXXXXXXXXXX-XXXXX-XXXXX-XXXXX",),
    ),
)
