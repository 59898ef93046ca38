"""Personal data."""

from unleak.detect.rule import Rule

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
        score=0.7,
        check="personal_email",
        true=('owner = "‹bjorn.halloran62@orchid-exports.net›"',),
        false=("jane@example.com", "git@github.com:a/b.git", "a@b"),
    ),
    Rule(
        id="ip-address",
        kind="ip-address",
        pattern=r"(?<![\w.\-])(?P<value>(?:\d{1,3}\.){3}\d{1,3})(?![\w\-]|\.\d)",
        keywords=(".",),
        reference="https://www.rfc-editor.org/rfc/rfc791",
        score=0.6,
        check="public_ip",
        true=('allowed_host = "‹62.141.124.99›"',),
        false=("127.0.0.1", "192.168.1.20", "203.0.113.9", "version 1.2.3.4.5"),
    ),
    Rule(
        id="phone",
        kind="phone",
        pattern=r"(?<![\w+.])(?P<value>\+[1-9]\d{0,2}[ \-.]?\(?\d{2,4}\)?(?:[ \-.]?\d{2,4}){2,4})(?![\w.]\d|\d)",
        keywords=("+",),
        reference="https://www.itu.int/rec/T-REC-E.164",
        score=0.6,
        true=('call("‹+49 411 8345939›")',),
        false=("1 + 2 + 3",),
    ),
    Rule(
        id="credit-card",
        kind="credit-card",
        pattern=r"(?<![\w.\-])(?P<value>(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|3[47]\d\d|6011|65\d\d)(?:[ \-]?\d){9,15})(?![\w\-]|\.\d)",
        keywords=(),
        reference="https://www.iso.org/standard/70484.html",
        score=0.9,
        check="luhn",
        true=('card = "‹4539683661106315›"',),
        false=("4539683661106316",),
    ),
    Rule(
        id="iban",
        kind="iban",
        pattern=r"(?<![A-Za-z0-9])(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])",
        keywords=(),
        reference="https://www.swift.com/standards/data-standards/iban-international-bank-account-number",
        score=0.9,
        check="iban",
        true=('payout = "‹DE20020365010289125964›"',),
        false=("DE21020365010289125964",),
    ),
)
