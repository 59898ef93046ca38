"""Credentials in addresses and connection strings."""

from unleak.detect.rule import Rule

_URL = "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1"
_SCHEME = r"(?<![A-Za-z0-9])[a-zA-Z][a-zA-Z0-9+.\-%]{1,24}:(?://|\\/\\/)"

RULES = (
    Rule(
        id="url-credential",
        kind="url-credential",
        pattern=(
            _SCHEME + r"[^\s:/@\"'<>]{0,64}:"
            r"(?P<value>[^\s/@\"'<>{}$%][^\s/\"'<>{}$?#]{3,512})@[A-Za-z0-9\[%$]"
        ),
        keywords=("://", ":\\/\\/"),
        reference=_URL,
        score=0.9,
        check="not_placeholder",
        loose=True,
        true=(
            '"postgresql://app:‹T9tuYg46BU28IHJS›@db.internal:5432/app"',
            "redis://:‹q8Zt3LmW5vXc›@cache.internal:6379/0",
            "--index-url https://ci:‹q8Zt3LmW5vXc›@pip.internal/simple",
        ),
        false=("https://user:password@host/", "http://localhost:8080/@user", "http://a:${PW}@host"),
    ),
    Rule(
        # Passwords with @ or / in them, or with a template for the host behind them.
        id="url-credential-loose",
        kind="url-credential",
        pattern=(
            _SCHEME + r"[^\s:/@\"'<>{}]{0,64}:"
            r"(?P<value>[^\s/\"'<>{}$?][^\s/\"'<>{}?]{1,128})@(?=[A-Za-z0-9\[%${*<.\-])"
        ),
        keywords=("://", ":\\/\\/"),
        reference=_URL,
        score=0.6,
        check="literal",
        loose=True,
        true=("nats://admin:‹f6kh9w!›@%s:%d", "sqlserver://sa:‹Xbx3cZ@ssw0rd›@db/"),
        false=("https://host:8080/a@b",),
    ),
    Rule(
        id="url-token",
        kind="url-credential",
        pattern=r"https?://(?P<value>[A-Za-z0-9_\-]{20,255})(?::(?:x-oauth-basic)?)?@[A-Za-z0-9.\-]{3,80}",
        keywords=("://",),
        reference=_URL,
        score=0.85,
        min_entropy=3.2,
        check="mixed",
        true=("git clone https://‹q8Zt3LmW5vXc7RbN2kYd9JfH›@git.internal/a/b",),
        false=("https://a-long-name-without-any-secret@host/",),
    ),
    Rule(
        id="connection-string-password",
        kind="connection-string-password",
        pattern=(
            r"(?i:;|[\"'](?=[^\"'\r\n]{0,300};)|(?:server|data source|host|uid|user id|user|username|database|initial catalog|driver|dsn)=[^;\r\n\"']{0,120};)"
            r"[ \t]{0,3}(?i:password|pwd)[ \t]{0,3}=[ \t]{0,3}[{']?(?P<value>[^;\s\"'{}<>$\\][^;\r\n\"'{}<>\\]{2,127})[}']?(?=[;\"'\\\r\n]|\Z)"
        ),
        keywords=("password", "pwd"),
        reference="https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax",
        spaced=True,
        score=0.88,
        check="literal",
        true=(
            '"Server=db1;Database=ledger;User Id=app;Password=‹T9tuYg46›;Encrypt=true"',
            "Driver={ODBC Driver 18};Server=db1;Uid=app;Pwd=‹copperqz8›;",
        ),
        false=('"Server=db1;User Id=app;Password={0};"', '"Server=a;Password=<password>;"'),
    ),
    Rule(
        id="jdbc-password",
        kind="connection-string-password",
        pattern=(
            r"jdbc:[a-z0-9:]{2,30}(?:thin:)?(?:[A-Za-z0-9_]{1,40}/(?P<value>[^\s/@\"'<>{}$]{3,128})@)"
        ),
        keywords=("jdbc:",),
        reference="https://docs.oracle.com/en/database/oracle/oracle-database/",
        check="not_placeholder",
        true=("jdbc:oracle:thin:ledger/‹T9tuYg46›@db.internal:1521:orcl",),
        false=("jdbc:oracle:thin:@db.internal:1521:orcl",),
    ),
    Rule(
        id="netrc-password",
        kind="netrc-password",
        pattern=(
            r"(?:machine[ \t]{1,4}[^\s]{1,100}|default)[ \t]{1,8}login[ \t]{1,4}[^\s]{1,100}[ \t]{1,8}"
            r"password[ \t]{1,4}(?P<value>[^\s]{3,256})"
        ),
        keywords=("login",),
        reference="https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html",
        check="not_placeholder",
        true=("machine git.internal login quartz password ‹Tr4velCopper92›",),
        false=("machine host login user password <password>",),
    ),
)
