"""Personal data."""

from unleak.detect.rule import Rule

_BEFORE = r"(?<![\w.\-*^])"
_AFTER = r"(?![\w\-*^]|\.\d)"
# The blocks that the registries give out.
_IPV6 = (
    "2001:", "2003:", "2610:", "2620:", "2630:", "2c0e:", "2c0f:",
    *(f"{block}{digit}:" for block in ("240", "241", "260", "280", "2a0", "2a1")
      for digit in "0123456789abcdef"),
)  # fmt: skip

RULES = (
    Rule(
        id="email",
        kind="email",
        pattern=(
            r"(?<![A-Za-z0-9._%+\-/:])(?P<value>[A-Za-z0-9][A-Za-z0-9._%+\-]{0,62}"
            r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,18})(?![A-Za-z0-9_\-@])"
        ),
        keywords=("@",),
        reference="https://www.rfc-editor.org/rfc/rfc5321",
        severity="low",
        score=0.7,
        check="personal_email",
        true=('owner = "‹bjorn.halloran62@orchid-exports.net›"',),
        false=("jane@example.com", "git@github.com:a/b.git", "a@b"),
    ),
    Rule(
        id="ip-address",
        kind="ip-address",
        pattern=rf"{_BEFORE}(?P<value>(?:\d{{1,3}}\.){{3}}\d{{1,3}}){_AFTER}",
        keywords=("0.0.", "0.00.", "0.000."),
        reference="https://www.rfc-editor.org/rfc/rfc791",
        severity="low",
        score=0.6,
        check="public_ip",
        true=('allowed_host = "‹62.141.124.99›"',),
        false=("127.0.0.1", "192.168.1.20", "203.0.113.9", "version 1.2.3.4.5"),
    ),
    Rule(
        id="ipv6-address",
        kind="ip-address",
        pattern=(
            r"(?<![\w:.])(?P<value>2[0-9a-fA-F]{3}:(?:[0-9a-fA-F]{1,4}:){6}[0-9a-fA-F]{1,4}"
            r"|2[0-9a-fA-F]{3}:(?:[0-9a-fA-F]{1,4}:){0,5}(?::[0-9a-fA-F]{1,4}){1,6})(?![\w:])"
        ),
        keywords=_IPV6,
        reference="https://www.rfc-editor.org/rfc/rfc4291",
        severity="low",
        score=0.6,
        check="public_ip",
        true=("Address = ‹2a02:8109:9ac0:11f::7›/64",),
        false=("fe80::1", "2001:db8::1", "20:15:30"),
    ),
    Rule(
        id="phone",
        kind="phone",
        pattern=r"(?<![\w+.])(?P<value>\+[1-9]\d{0,2}[ \-.]?\(?\d{2,4}\)?(?:[ \-.]?\d{2,4}){2,4})(?![\w.]\d|\d)",
        keywords=tuple(f"+{digit}{sign}" for digit in range(1, 10) for sign in "0123456789 -.("),
        reference="https://www.itu.int/rec/T-REC-E.164",
        spaced=True,
        severity="low",
        score=0.6,
        true=('call("‹+49 411 8345939›")',),
        false=("1 + 2 + 3",),
    ),
    Rule(
        id="phone-named",
        kind="phone",
        pattern=(
            r"(?i:phone|mobile|tel(?:ephone)?|fax|cell|whatsapp)(?![a-z])[\w.\-]{0,16}[\"']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}[\"']?"
            r"(?P<value>(?:\(\d{3}\)|\d{3,5})[ \-./]?\d{3,4}[ \-.]?\d{3,5})(?![\w.\-])"
        ),
        keywords=("phone", "mobile", "tel", "fax", "cell", "whatsapp"),
        reference="https://www.itu.int/rec/T-REC-E.123",
        spaced=True,
        severity="low",
        score=0.6,
        min_entropy=1.9,
        digit=True,
        true=('"phone": "‹(415) 834-5939›"',),
        false=("phone: 555", "telescope = 4158345939"),
    ),
    Rule(
        id="credit-card",
        kind="credit-card",
        pattern=rf"{_BEFORE}(?P<value>(?:4\d{{3}}|5[1-5]\d\d|2[2-7]\d\d|3[47]\d\d|6011|65\d\d)(?:[ \-]?\d){{9,15}}){_AFTER}",
        keywords=("00000", "0000 0", "0000-0"),
        reference="https://www.iso.org/standard/70484.html",
        spaced=True,
        severity="critical",
        score=0.9,
        check="luhn",
        true=('card = "‹4539683661106315›"', "‹4539 6836 6110 6315›"),
        false=("4539683661106316",),
    ),
    Rule(
        id="iban",
        kind="iban",
        pattern=r"(?<![A-Za-z0-9])(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])",
        keywords=("00000000", "0000 0000"),
        reference="https://www.swift.com/standards/data-standards/iban-international-bank-account-number",
        spaced=True,
        score=0.9,
        check="iban",
        true=('payout = "‹DE20020365010289125964›"',),
        false=("DE21020365010289125964",),
    ),
    Rule(
        id="username",
        kind="username",
        pattern=(
            r"(?<![A-Za-z])(?i:user_?name|login_?name|user_?login|db_?user|[a-z]{2,12}_user)(?![A-Za-z])[\"'\]]{0,2}[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}"
            r"(?P<quote>[\"'])(?P<value>[A-Za-z][A-Za-z0-9._\-]{2,40})(?P=quote)"
        ),
        keywords=("username", "user_name", "login", "dbuser", "_user"),
        reference="https://gdpr-info.eu/art-4-gdpr/",
        spaced=True,
        severity="low",
        score=0.4,
        check="person_name",
        true=("username = '‹b.halloran62›'",),
        false=("username = 'admin'", 'username = "${USER}"', "username: 'username'"),
    ),
)
