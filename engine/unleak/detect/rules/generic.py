"""Secrets without a format of their own, found by the name they are assigned to."""

from unleak.detect.rule import Rule

_NAME = r"[A-Za-z0-9_.\-]{0,40}"
_ASSIGN = r"[\"'\]]{0,2}\s{0,4}(?:=>|:=|[:=])\s{0,4}"

RULES = (
    Rule(
        id="password-quoted",
        kind="password",
        pattern=(
            rf"(?i)(?<![A-Za-z0-9]){_NAME}(?:password|passwd|passphrase|pwd)[A-Za-z0-9_]{{0,20}}{_ASSIGN}"
            r"(?P<quote>[\"'])(?P<value>[^\"'\r\n\\]{6,64})(?P=quote)"
        ),
        keywords=("password", "passwd", "passphrase", "pwd"),
        reference="https://cwe.mitre.org/data/definitions/798.html",
        score=0.85,
        check="password_like",
        true=('db_password = "‹Tr4vel-Copper!92›"', "'password': '‹hunter2Blue›'"),
        false=(
            'password = "changeme"',
            'password = os.environ["DB_PASSWORD"]',
            'password: "${DB_PASSWORD}"',
            'password_field = "user.password"',
        ),
    ),
    Rule(
        id="password-unquoted",
        kind="password",
        pattern=(
            r"(?im)^[ \t]{0,12}[A-Z0-9_.\-]{0,40}(?:password|passwd|passphrase|pwd)[ \t]{0,4}(?:=|:[ \t])[ \t]{0,4}"
            r"(?P<value>[^\s\"'#;,(){}\[\]$<>][^\s\"';,(){}\[\]$<>]{5,63})[ \t]*$"
        ),
        keywords=("password", "passwd", "passphrase", "pwd"),
        reference="https://cwe.mitre.org/data/definitions/798.html",
        score=0.7,
        check="password_like",
        true=("DB_PASSWORD=‹Tr4vel-Copper!92›\n", "  password: ‹Walnut%quartz4339›\n"),
        false=("password = get_password()\n", "password: str\n", "password = self.password2\n"),
    ),
    Rule(
        id="generic-key",
        kind="generic-key",
        pattern=(
            rf"(?i)(?<![A-Za-z0-9]){_NAME}(?:api_?key|apikey|secret|token|auth_?key|access_?key|encryption_?key|signing_?key|private_?key)"
            rf"[A-Za-z0-9_]{{0,20}}{_ASSIGN}[\"']?"
            r"(?P<value>[A-Za-z0-9+/_\-]{20,120}={0,2})(?![A-Za-z0-9+/_\-=.(\[])"
        ),
        keywords=("key", "secret", "token"),
        reference="https://cwe.mitre.org/data/definitions/798.html",
        score=0.8,
        min_entropy=3.0,
        check="password_like",
        true=(
            'SECRET_KEY = "‹7e73fbddf696e1bcb1a17438650affcc›"',
            '"api_key": "‹q8Zt3LmW5vXc7RbN2kYd9J›"',
            "API_TOKEN=‹q8Zt3LmW5vXc7RbN2kYd9J›",
        ),
        false=(
            'api_key = "your_api_key_goes_here_123"',
            "token = some_function_name_that_is_long_2(x)",
            "secret_key = settings.SECRET_KEY_FALLBACKS_1",
        ),
    ),
    Rule(
        id="url-credential",
        kind="url-credential",
        pattern=(
            r"[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s:/@\"'<>]{1,64}:"
            r"(?P<value>[^\s/@\"'<>{}$%]{4,128})@[A-Za-z0-9\[]"
        ),
        keywords=("://",),
        reference="https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
        score=0.9,
        check="not_placeholder",
        true=('"postgresql://app:‹T9tuYg46BU28IHJS›@db.internal:5432/app"',),
        false=("https://user:password@host/", "http://localhost:8080/@user"),
    ),
)
