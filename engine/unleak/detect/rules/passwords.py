"""Passwords, found by the name they are assigned to."""

from unleak.detect.rule import BARE, LINE_START, TO_VALUE, Rule, quoted

_CWE = "https://cwe.mitre.org/data/definitions/798.html"
# Not "compass", "bypass" or "passenger"; `pass` itself may end a longer word ("dbpass").
_NAME = (
    r"(?i:(?<!com)(?<!by)(?<!tres)(?<!sur)pass(?:w(?:or)?d|wrd|phrase|code|wort|w)?s?(?-i:(?![a-z]))"
    r"|pwds?(?-i:(?![a-z]))|p(?:sw|swd|aswd|assw)(?-i:(?![a-z]))"
    r"|(?<![A-Za-z])pw(?![A-Za-z])|contrase(?:ñ|n)a|senha|kennwort|mot_?de_?passe)"
)
_WORDS = ("pass", "pwd", "psw", "pswd", "paswd", "contrase", "senha", "kennwort", "passe")
# `pw` is too short for a keyword: the signs beside it belong to it.
_KEYWORDS = (
    *_WORDS, "pw=", "pw:", "pw ", 'pw"', "pw'", "pw_", "pw<", "pw>", "_pw", ".pw", "pw1", "pw2", "pw(",
    "pw,", "-pw", '"pw', "'pw", "$pw",
)  # fmt: skip
# "pass `x=None` to it", and a list of words with "pass" among them.
_NOT_PROSE = r"(?![Pp]ass[ \t]{1,4}[\"'`])(?!(?<=[\"'`])(?i:pass)[\"'`]{1,2},)"
_REST = r"[A-Za-z0-9_.\-]{0,30}[ \t]{0,40}"

RULES = (
    Rule(
        id="password-quoted",
        kind="password",
        pattern=_NOT_PROSE + _NAME + _REST + TO_VALUE + quoted("3,256"),
        keywords=_KEYWORDS,
        reference=_CWE,
        spaced=True,
        score=0.8,
        check="password_like",
        loose=True,
        true=(
            'db_password = "‹Tr4vel-Copper!92›"',
            "'password': '‹hunter2Blue›'",
            'user.setPassword("‹Tr4vel-Copper!92›");',
            "define('DB_PASS', '‹Tr4vel-Copper!92›');",
            'properties.put("db.password", "‹Tr4vel-Copper!92›");',
            '{\\"password\\": \\"‹Tr4vel92›\\"}',
            '<add key="DbPassword" value="‹Tr4vel-Copper!92›" />',
            '#define WIFI_PASS "‹Tr4vel-Copper!92›"',
        ),
        false=(
            'password = "changeme"',
            'password = os.environ["DB_PASSWORD"]',
            'password: "${DB_PASSWORD}"',
            'password_field = "user.password"',
            "you can pass `spec=True` to it",
            "'output', 'pass', 'poke7',",
        ),
    ),
    Rule(
        id="password-unquoted",
        kind="password",
        pattern=(
            r"(?im)^[ \t]{0,40}[A-Z0-9_.\-]{0,40}(?:password|passwd|passphrase|pwd)[ \t]{0,4}(?:=|:[ \t])[ \t]{0,4}"
            r"(?P<value>[^\s\"'#;,(){}\[\]$<>][^\s\"';,(){}\[\]$<>]{5,127})[ \t]{0,8}(?![^\r\n])"
        ),
        keywords=("password", "passwd", "passphrase", "pwd"),
        reference=_CWE,
        spaced=True,
        score=0.7,
        check="password_like",
        loose=True,
        true=("DB_PASSWORD=‹Tr4vel-Copper!92›\n", "  password: ‹Walnut%quartz4339›\n"),
        false=("password = get_password()\n", "password: str\n", "password = self.password2\n"),
    ),
    Rule(
        id="password-candidate",
        kind="password",
        pattern=_NOT_PROSE + _NAME + _REST + TO_VALUE + quoted("3,256"),
        keywords=_KEYWORDS,
        reference=_CWE,
        spaced=True,
        score=0.5,
        check="literal",
        loose=True,
        true=(
            'login(user="quartz", password="‹quseeglol›")',
            "this.pw = '‹qwzkhd›';",
            'Credential password = new StringValue("‹jvlmnyij›");',
        ),
        false=('password = "${PW}"', 'password = ""', 'compass = "northwest"'),
    ),
    Rule(
        # The value of a line in a settings file: up to its end, whatever signs it holds.
        id="password-line",
        kind="password",
        pattern=(
            LINE_START + r"[\"']?(?i:[a-z0-9_.\-]{0,60}?)" + _NAME + r"[A-Za-z0-9_.\-]{0,30}[\"']?"
            r"(?:[ \t]{0,40}[=:]{1,2}[ \t]{1,40}|[ \t]{0,4}=|:(?=[^/\s])|[ \t]{1,4})"
            r"(?P<value>(?:\$(?=\d)|[^\s\"'#<>(){}\[\]$|&=:])[^\s\"'`<>]{2,255}(?<![;,]))(?=[;,]?[ \t]{0,8}(?:[ \t][#\\;/]|[\r\n]|\Z))"
        ),
        keywords=_KEYWORDS,
        reference=_CWE,
        score=0.52,
        check="literal",
        loose=True,
        true=(
            "# sentinel_password: ‹dkdnik)gb›",
            "  ldap_password: ‹kGOxf9b(zqI›  # rotate",
            "  -e DATABASE_PASSWORD=‹qwzkhd&dniiyh› \\",
            "spring.mail.password=‹qwzkhd;dniiyh›",
        ),
        false=("password: {{ vault_password }}", "password = None"),
    ),
    Rule(
        id="password-inline",
        kind="password",
        pattern=(
            _NAME
            + r"[A-Za-z0-9_.\-]{0,30}[\"']?(?:[ \t]{0,40}(?:=>|:=|[=:])[ \t]{0,40}|%3[Dd]|(?<=[\"'])[ \t]{1,4})"
            rf"(?P<value>(?![$%*=\-/]|value=){BARE}{{3,128}}+)(?![(\[{{])"
        ),
        keywords=_KEYWORDS,
        reference=_CWE,
        score=0.5,
        check="literal",
        loose=True,
        true=(
            "{user: bob, password: ‹djqnnwu›, permissions: all}",
            "openssl x509 -passin pass:‹uumsdi› -days 365",
            "https://api.local/login?user=bob&password=‹djqn-nwu›&next=1",
        ),
        false=("password=${PW}", "pass: true"),
    ),
    Rule(
        id="password-element",
        kind="password",
        pattern=(
            r"<(?:[\w.\-]{1,20}:)?[\w.\-]{0,40}"
            + _NAME
            + r"[\w.\-]{0,20}(?:[ \t][^<>\r\n]{0,80})?>[ \t]{0,4}"
            r"(?P<value>[^\s<>{}$][^<>{}$\r\n]{2,128}?)[ \t]{0,4}</"
        ),
        keywords=_KEYWORDS,
        reference=_CWE,
        spaced=True,
        score=0.7,
        check="literal",
        loose=True,
        true=(
            "<password>‹Tr4vel-Copper!92›</password>",
            '<db:userPwd type="s">‹qwzkhd›</db:userPwd>',
        ),
        false=("<password>${db.password}</password>",),
    ),
)
