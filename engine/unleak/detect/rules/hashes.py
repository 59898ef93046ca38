"""Password hashes: not the password, but what a guesser checks guesses against."""

from unleak.detect.rule import Rule

_CRYPT = "https://man7.org/linux/man-pages/man5/crypt.5.html"
_SCORE = 0.65  # redacted, but no reason to interrupt: it still has to be guessed

RULES = (
    Rule(
        id="bcrypt-hash",
        kind="password-hash",
        pattern=r"(?P<value>\$2[abxy]?\$\d\d\$[A-Za-z0-9./]{53})(?![A-Za-z0-9./])",
        keywords=("$2a$", "$2b$", "$2x$", "$2y$", "$2$"),
        reference=_CRYPT,
        severity="low",
        score=_SCORE,
        true=("ledger:‹$2b$12$q8Zt3LmW5vXc7RbN2kYd9OJfH4sGpA6eTu1Qi8ZtPq8Zt3LmW5vXc›",),
        false=("$2b$12$short",),
    ),
    Rule(
        id="crypt-hash",
        kind="password-hash",
        pattern=(
            r"(?P<value>\$(?:1|apr1)\$[A-Za-z0-9./]{1,8}\$[A-Za-z0-9./]{22}"
            r"|\$5\$(?:rounds=\d{1,9}\$)?[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{43}"
            r"|\$6\$(?:rounds=\d{1,9}\$)?[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{86}"
            r"|\$y\$[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{1,64}\$[A-Za-z0-9./]{43}"
            r"|\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,8},t=\d{1,4},p=\d{1,4}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,100}"
            r"|pbkdf2[_\-]sha\d{1,3}\$\d{1,8}\$[A-Za-z0-9+/.=]{6,64}\$[A-Za-z0-9+/.=]{20,100})"
            r"(?![A-Za-z0-9./])"
        ),
        keywords=("$1$", "$apr1$", "$5$", "$6$", "$y$", "$argon2", "pbkdf2_sha", "pbkdf2-sha"),
        reference=_CRYPT,
        severity="low",
        score=_SCORE,
        true=(
            "root:‹$1$q8Zt3LmW$vXc7RbN2kYd9JfH4sGpA6.›:19000:0",
            "hash = ‹$argon2id$v=19$m=65536,t=3,p=4$q8Zt3LmW5vXc7RbN$2kYd9JfH4sGpA6eTu1Qi8ZtPq8Zt3LmW›",
        ),
    ),
    Rule(
        id="htpasswd-sha",
        kind="password-hash",
        pattern=r"(?P<value>\{S{0,2}SHA(?:256|512)?\}[A-Za-z0-9+/]{20,120}={0,2})(?![A-Za-z0-9+/=])",
        keywords=("sha}", "sha256}", "sha512}"),
        reference="https://httpd.apache.org/docs/current/misc/password_encryptions.html",
        severity="low",
        score=_SCORE,
        true=("ledger:‹{SHA}q8Zt3LmW5vXc7RbN2kYd9JfH4sG=›",),
    ),
)
