"""Secrets without a format of their own, found by the name they are assigned to."""

from unleak.detect.rule import BARE, LINE_START, TO_VALUE, Rule, quoted

_CWE = "https://cwe.mitre.org/data/definitions/798.html"
_SIGN = r"[_\-. ]?"
# What is public by its name, and names that go on to something else than a secret.
_NOT_PUBLIC = r"(?<!public)(?<!public[_\-. ])(?<!csrf)(?<!csrf[_\-. ])(?<!xsrf)(?<!xsrf[_\-. ])(?<!authenticity_)(?<!hashed_)"
_NOT_ABOUT = (
    r"(?![_\-. ]?(?i:ids?|names?|file|path|url|uri|type|size|length|len|version|alias|ring|store|"
    r"endpoint|field|label|expir\w{0,6}|count|limit|prefix|format|vault|arn)(?![a-z]))"
)
_NAMES = (
    rf"{_NOT_PUBLIC}(?i:(?:api|app|auth|access|account|encryption|encrypt|decryption|signing|sign|private|"
    rf"secret|session|master|license|service|shared|hmac|consumer|client|storage|cipher|aes|crypto|jwt|server|admin|"
    rf"deploy|webhook|integration|write){_SIGN}(?:key|secret|token|pat)"
    r"|secret|(?<!publickey)token(?!i[sz]|2wav|class)|credentials?|(?:user|basic|http)_?auth|auth(?=[\"' \t]{0,3}[:=])|apikey|bearer)s?+"
)
_KEYWORDS = ("key", "secret", "token", "credential", "auth", "bearer", "pat")
_REST = r"[A-Za-z0-9_.\-]{0,20}[ \t]{0,4}"

# For the candidates: anything whose name hints at a secret.
_HINTS = (
    rf"{_NOT_PUBLIC}(?i:secret|token(?!i[sz]|2wav|class)|credential|auth(?!or)|key(?![a-z]{{2}})|session|jwt|otp|seed|"
    r"signature|verifier|certificate|bearer|cred(?![a-z])|\.sid|_sid)"
)
_HINT_KEYWORDS = (
    "secret", "token", "cred", "auth", "key", "cookie", "session", "jwt", "otp", "seed", "signature",
    "verifier", "certificate", "bearer", ".sid", "_sid",
)  # fmt: skip

RULES = (
    Rule(
        id="generic-key",
        kind="generic-key",
        pattern=(
            rf"{_NAMES}{_NOT_ABOUT}{_REST}{TO_VALUE}"
            r"(?:[bBrRuUfFL@]{0,2}\\{0,3}[\"'`]{1,3})?"
            r"(?P<value>[A-Za-z0-9+/_\-.~]{16,512}={0,2})(?![A-Za-z0-9+/_\-=.(\[~%^!@#$&*])"
        ),
        keywords=_KEYWORDS,
        reference=_CWE,
        score=0.78,
        min_entropy=2.8,
        check="random_literal",
        loose=True,
        digit=True,
        true=(
            'SECRET_KEY = "‹7e73fbddf696e1bcb1a17438650affcc›"',
            '"api_key": "‹q8Zt3LmW5vXc7RbN2kYd9J›"',
            "API_TOKEN=‹q8Zt3LmW5vXc7RbN2kYd9J›",
            "<apiKey>‹q8Zt3LmW5vXc7RbN2kYd9J›</apiKey>",
            'getEnvOr("api_token", "‹q8Zt3LmW5vXc7RbN2kYd9J›")',
        ),
        false=(
            'tokenizer = AutoTokenizer.from_pretrained("org/Model2-0.5B-Instruct")',
            'api_key = "your_api_key_goes_here_123"',
            "token = some_function_name_that_is_long_2(x)",
            "secret_key = settings.SECRET_KEY_FALLBACKS_1",
            'public_key = "q8Zt3LmW5vXc7RbN2kYd9J"',
            '"hashed_secret": "7e73fbddf696e1bcb1a17438650affcc7e73fbdd"',
            "credentialsId: 'q8Zt3LmW5vXc7RbN2kYd9J'",
        ),
    ),
    Rule(
        id="secret-candidate",
        kind="generic-secret",
        pattern=(
            r"(?i:secret|token(?!i[sz]|2wav|class)|credential|auth(?!or)|api_?key|verifier|otp)"
            + _NOT_ABOUT
            + r"[A-Za-z0-9_.\-]{0,30}[ \t]{0,4}"
            + TO_VALUE
            + quoted("4,512")
        ),
        keywords=("secret", "token", "credential", "auth", "apikey", "api_key", "verifier", "otp"),
        reference=_CWE,
        spaced=True,
        score=0.45,
        check="literal_word",
        loose=True,
        true=(
            "const secret = '‹DGTAPGIFPXESBFDOASLW›'",
            '"oauth_verifier": "‹ifdeh5790›"',
            'client_secret="‹vdsiprwphtviyzyq›",',
        ),
        false=('token = "${TOKEN}"', "secret = 'a text with blanks'"),
    ),
    Rule(
        id="key-candidate",
        kind="generic-secret",
        pattern=(rf"{_HINTS}[A-Za-z0-9_.\-]{{0,30}}[ \t]{{0,4}}{TO_VALUE}" + quoted("6,1500")),
        keywords=_HINT_KEYWORDS,
        reference=_CWE,
        spaced=True,
        score=0.4,
        check="random_candidate",
        loose=True,
        digit=True,
        true=(
            "'key' => '‹7985B5C06C2BB00963EA1E27F4022AEA›',",
            r'TEST_KEY = "‹\x05\x78\x14\x52fae-vmz\x75›"',
        ),
        false=('"key": "created_at"', 'key = "a_long_name_without_digits"'),
    ),
    Rule(
        id="secret-line",
        kind="generic-secret",
        pattern=(
            LINE_START
            + r"[\"']?[A-Za-z0-9_.\-]{0,60}?(?i:secret|token|credentials?|api_?key|auth|key)(?![a-z])[A-Za-z0-9_.\-]{0,30}[\"']?"
            r"[ \t]{0,20}[=:][ \t]{0,8}"
            r"(?P<value>(?:\$(?=\d)|[^\s\"'#<>(){}\[\]$|&=:,])[^\s\"'`<>]{5,400}(?<![;,]))(?=[;,]?[ \t]{0,8}(?:[ \t][#\\;/]|[\r\n]|\Z))"
        ),
        keywords=("secret", "token", "credential", "apikey", "api_key", "auth", "key"),
        reference=_CWE,
        score=0.42,
        check="literal_word",
        loose=True,
        true=("- duo_secret=‹cdblhxdqimvyan›", "export SECRET_KEY=‹ALNLSXSMMCAGAFLPDTLGW›"),
        false=("secret: {{ vault_secret }}", "key = compute(value)"),
    ),
    Rule(
        id="secret-inline",
        kind="generic-secret",
        pattern=(
            _HINTS
            + r"[A-Za-z0-9_.\-]{0,30}\\?[\"']?(?:[ \t]{0,4}(?:=>|:=|[=:])[ \t]{0,4}|%3[Dd]|(?<=[\"'])[ \t]{1,4})"
            rf"(?P<value>(?![$*=\-/]|value=){BARE}{{6,1500}}+)(?![(\[{{])"
        ),
        keywords=_HINT_KEYWORDS,
        reference=_CWE,
        score=0.4,
        check="random_candidate",
        loose=True,
        digit=True,
        true=(
            "callback?oauth_token=‹ywmail0887yi›&next=1",
            "Cookie: tesla-auth.sid=‹f%3A4dNPRXONuv9Vr-fFp0DZ8E›;",
            "{nkey : ‹NJKULKBEGI5Z3EH4F5Z5BBZJBMSA5WRGCU5D›}",
        ),
        false=("key=value", "token: foo.bar(1)"),
    ),
    Rule(
        # A literal that goes on in the next line, or that a model did not finish.
        id="key-open",
        kind="generic-secret",
        pattern=(
            rf"{_HINTS}[A-Za-z0-9_.\-]{{0,30}}[ \t]{{0,4}}{TO_VALUE}"
            r"[bBrRuUfFL@]{0,2}\\?[\"'`]{1,3}(?P<value>[A-Za-z0-9+/=_\-]{40,1500}+)(?![^\r\n])"
        ),
        keywords=_HINT_KEYWORDS,
        reference=_CWE,
        score=0.5,
        min_entropy=3.5,
        check="random_candidate",
        loose=True,
        digit=True,
        true=("$key = '‹NLGCGXDALQJYbHLaTTdaU1Of3sbEs3+M7giuLdTozAPatJg5mQE8JLsz›",),
        false=("key = 'a_short_name",),
    ),
    Rule(
        id="otpauth-secret",
        kind="otp-secret",
        pattern=r"otpauth://[^\s\"'<>]{1,200}[?&]secret=(?P<value>[A-Za-z2-7]{16,128}=?)",
        keywords=("otpauth://",),
        reference="https://github.com/google/google-authenticator/wiki/Key-Uri-Format",
        true=("otpauth://totp/a:b?algorithm=SHA1&secret=‹5UC2D4TNDBCYW5SAGYUCIFATCG›&digits=6",),
    ),
    Rule(
        id="otp-secret",
        kind="otp-secret",
        pattern=(
            r"(?i:totp|otp|2fa|mfa|authenticator|base32)[A-Za-z0-9_.\-]{0,24}[ \t]{0,4}"
            + TO_VALUE
            + r"[\"'`]?(?P<value>[A-Z2-7]{16,64})(?![A-Za-z0-9=])"
        ),
        keywords=("otp", "2fa", "mfa", "authenticator", "base32"),
        reference="https://www.rfc-editor.org/rfc/rfc6238",
        score=0.85,
        min_entropy=3.2,
        true=("const totpSecret = '‹QVGFE4IJYANFMGR7XPDRZ44XLY2UX6MP›'",),
        false=("otpLength = 'SIX'",),
    ),
)
