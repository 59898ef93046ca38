"""Private keys and signed tokens."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="private-key",
        kind="private-key",
        pattern=(
            r"(?P<value>-----BEGIN (?P<type>[A-Z ]{0,24})PRIVATE KEY(?: BLOCK)?-----"
            r"[A-Za-z0-9+/=\s\\:,\-.()]{32,20000}?"
            r"-----END (?P=type)PRIVATE KEY(?: BLOCK)?-----)"
        ),
        keywords=("private key",),
        reference="https://www.rfc-editor.org/rfc/rfc7468",
        score=0.99,
        true=(
            "‹-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8\n-----END EC PRIVATE KEY-----›\n",
        ),
        false=("-----BEGIN PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----"),
    ),
    Rule(
        id="jwt",
        kind="jwt",
        pattern=r"(?<![A-Za-z0-9_\-])(?P<value>eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{16,})(?![A-Za-z0-9_\-])",
        keywords=("eyj",),
        reference="https://www.rfc-editor.org/rfc/rfc7519",
        true=(
            'auth = "‹eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1MzI4NTk3OSJ9.xi62Wdl9uNxaebQHnbM30Z3qTy074GVQ4H943YJMuP9›"',
        ),
    ),
)
