"""Private keys and signed tokens."""

from unleak.detect.rule import Rule, token

_PEM = "https://www.rfc-editor.org/rfc/rfc7468"
_BEGIN = r"-{4,5} ?BEGIN (?P<type>(?!ENCRYPTED )[A-Z0-9 ]{0,24}?)PRIVATE KEY(?: BLOCK)? ?-{4,5}"
# What stands in a block: base64, its headers, and the quotes of the source code around it. A run
# of dashes ends it, so that a scan never crosses into another block. (No possessive groups: up to
# Python 3.11.4 they match wrongly; possessive repeats of one character class are right.)
_INSIDE = r"(?:[A-Za-z0-9+/=\s\\:,.()\"'`|#*;@<>_$]|-(?!-{2}))"

RULES = (
    Rule(
        id="private-key",
        kind="private-key",
        pattern=(
            rf"(?P<value>{_BEGIN}{_INSIDE}{{32,20000}}"
            r"-{4,5} ?END (?P=type)PRIVATE KEY(?: BLOCK)? ?-{4,5})"
        ),
        keywords=("private key",),
        reference=_PEM,
        severity="critical",
        score=0.99,
        multiline=True,
        true=(
            "‹-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8\n-----END EC PRIVATE KEY-----›\n",
            '"private_key": "‹-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqq8Zt3LmW5vXc7RbN2kYd9JfH4sGp\\nA6eTu1Qi8ZtPq8==\\n-----END PRIVATE KEY-----›\\n"',
            "‹-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,7D1F\n\nq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8\n-----END RSA PRIVATE KEY-----›",
            "‹-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBGq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8\n=Ab3d\n-----END PGP PRIVATE KEY BLOCK-----›",
        ),
        false=("-----BEGIN PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----"),
    ),
    Rule(
        # A model that stops half-way, or a block whose end is cut off, still gives the key away.
        id="private-key-open",
        kind="private-key",
        pattern=(
            rf"(?P<value>{_BEGIN}(?:[ \t]{{0,4}}[a-z]{{1,10}}(?=\\|\s))?"
            r"(?:(?:\\[nrt]?|[\s\"',.+|#*]){0,80}(?:[A-Z][A-Za-z\-]{3,20}: [^\r\n\\]{1,80}+|[A-Za-z0-9+/=]{20,3500}+)){1,120}"
            r"(?:[\s\"'\\+]{1,40}[A-Za-z0-9+/]{1,19}={0,2}(?![A-Za-z0-9+/=]))?)"
        ),
        keywords=("private key",),
        reference=_PEM,
        severity="critical",
        score=0.9,
        multiline=True,
        true=(
            "‹-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8Zt3LmW\nvXc7RbN2kYd9JfH4sGpA6eTu1Qi8Zt›\n",
        ),
        false=("-----BEGIN PRIVATE KEY-----\n<your key>",),
    ),
    Rule(
        # Of no use without its passphrase, which may be the next thing to leak.
        id="private-key-encrypted",
        kind="private-key-encrypted",
        pattern=(
            rf"(?P<value>-{{5}}BEGIN ENCRYPTED PRIVATE KEY-{{5}}{_INSIDE}{{32,20000}}"
            r"-{5}END ENCRYPTED PRIVATE KEY-{5})"
        ),
        keywords=("begin encrypted private key",),
        reference=_PEM,
        severity="medium",
        score=0.7,
        multiline=True,
        true=(
            "‹-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIEvQIBADANBgkqq8Zt3LmW5vXc7RbN2kYd9JfH4sGp\n-----END ENCRYPTED PRIVATE KEY-----›\n",
        ),
        false=("-----BEGIN ENCRYPTED PRIVATE KEY-----",),
    ),
    Rule(
        id="private-key-base64",
        kind="private-key",
        pattern=token(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,4000}={0,2}", r"A-Za-z0-9+/="),
        keywords=("ls0tls1crudjti",),
        reference=_PEM,
        severity="critical",
        check="private_key_inside",
        true=(
            "key: ‹LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVNDQktjd2dnU2pBZ0VB›",
        ),
        false=(
            "ca: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVNDQktjd2dnU2pBZ0VB",
        ),
    ),
    Rule(
        id="putty-key",
        kind="private-key",
        pattern=r"Private-Lines: \d{1,3}\r?\n(?P<value>(?:[A-Za-z0-9+/=]{1,64}\r?\n){0,80}[A-Za-z0-9+/=]{16,64})(?=\r?\n|\Z)",
        keywords=("private-lines:",),
        reference="https://www.chiark.greenend.org.uk/~sgtatham/putty/",
        severity="critical",
        score=0.97,
        multiline=True,
        true=(
            "Private-Lines: 2\n‹AAAAIQCq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8Zt3LmW5vXc7RbN2\nkYd9JfH4sGpA6eTu1Q==›\nPrivate-MAC: 0",
        ),
    ),
    Rule(
        id="jwk-private",
        kind="jwk-private",
        pattern=(
            r"(?<![A-Za-z0-9_])[\"']?(?:d|k|p|q|dp|dq|qi)[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']"
            r"(?P<value>[A-Za-z0-9_\-]{22,1400})[\"']"
        ),
        keywords=tuple(
            sign + end
            for name in ("d", "k", "p", "q", "dp", "dq", "qi")
            for sign, end in (
                (f'"{name}"', ""),
                (f"'{name}'", ""),
                (f"{name}: '", ""),
                (f'{name}: "', ""),
            )
        ),
        reference="https://www.rfc-editor.org/rfc/rfc7518#section-6",
        severity="critical",
        score=0.85,
        min_entropy=3.5,
        check="mixed",
        digit=True,
        true=(
            '{"kty":"EC","crv":"P-256","d":"‹q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPqA1›"}',
            "  k: '‹Lm5vXc7RbN2kYd9JfH4sGp›',",
        ),
        false=('"d": "monday"', '"x": "q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPqA1"'),
    ),
    Rule(
        id="jwt",
        kind="jwt",
        pattern=token(
            r"eyJ[A-Za-z0-9_\-]{8,1200}\.[A-Za-z0-9_\-+/=]{2,2200}\.[A-Za-z0-9_\-+/=]{0,690}",
            r"A-Za-z0-9_\-+/=",
        ),
        keywords=("eyj",),
        reference="https://www.rfc-editor.org/rfc/rfc7519",
        severity="medium",
        min_entropy=3.5,
        check="readable_token",
        true=(
            'auth = "‹eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1MzI4NTk3OSJ9.xi62Wdl9uNxaebQHnbM30Z3qTy074GVQ4H943YJMuP9›"',
            "Cookie: session=‹eyJhbGciOiJub25lIn0.eyJzdWIiOiI1MzI4NTk3OSJ9.›;",
        ),
        false=(
            '"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"',
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.KVcNLqK3q8Zt3LmW.xSwF4VxO0kUMUD2W",
        ),
    ),
    Rule(
        # Cut off at the end of a line: the claims are there, the signature may follow.
        id="jwt-open",
        kind="jwt",
        pattern=r"(?<![A-Za-z0-9])(?P<value>eyJ[A-Za-z0-9_\-]{8,1200}+\.eyJ[A-Za-z0-9_\-]{20,2200}+)(?![^\r\n])",
        keywords=("eyj",),
        reference="https://www.rfc-editor.org/rfc/rfc7519",
        severity="medium",
        score=0.8,
        min_entropy=3.5,
        true=("‹eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1MzI4NTk3OSIsIm4iOjF›",),
    ),
    Rule(
        id="nkey-seed",
        kind="nkey-seed",
        pattern=token(r"S[ACNOUX][A-Z2-7]{56}"),
        keywords=(),
        reference="https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth",
        severity="critical",
        min_entropy=3.8,
        long=True,
        true=('seed = "‹SUAG3QK5X7MZT2WJ6PBRL4NYHCEDFV5SAQ3MZT5KX7N2WJ6PBLRY4HCEQ2›"',),
    ),
)
