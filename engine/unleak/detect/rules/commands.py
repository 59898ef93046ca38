"""Passwords on command lines, in SQL and in PowerShell."""

from unleak.detect.rule import Rule

_CURL = r"(?i:curl|wget|http)[^\r\n]{0,200}?[ \t](?:-u|-U|--user|--proxy-user)[ =\t]{0,3}"

RULES = (
    Rule(
        id="curl-user",
        kind="command-password",
        pattern=(
            _CURL + r"[\"']?[^\s\"':]{0,100}[\"']?:[\"']?"
            r"(?P<value>[^\s\"'\[\]{}<>]{3,128})(?=[\"'\s]|\Z)"
        ),
        keywords=("curl", "wget", "http"),
        reference="https://curl.se/docs/manpage.html",
        score=0.85,
        check="password_like",
        true=(
            'curl -s --user "quartz:‹dB2yF6@qL9v›" https://api.local',
            "curl -u :‹d2LkV78zLx!t› https://es.local:9200",
            "curl --user kevin:'‹pRf7vG2h1L8n›' -X PATCH",
        ),
        false=("curl -u user:$PASSWORD https://api.local", "curl -u 'test:test'", "curl -u ':'"),
    ),
    Rule(
        id="curl-user-loose",
        kind="command-password",
        pattern=(
            _CURL + r"[\"']?[^\s\"':]{0,100}[\"']?:[\"']?"
            r"(?P<value>[^\s\"'\[\]{}<>]{3,128})(?=[\"'\s]|\Z)"
        ),
        keywords=("curl", "wget", "http"),
        reference="https://curl.se/docs/manpage.html",
        score=0.6,
        check="literal",
        loose=True,
        true=('curl -k --user "admin:‹qwzkhd›" https://registry.local/v2/',),
        false=("curl -u $1:$2",),
    ),
    Rule(
        id="curl-user-key",
        kind="command-password",
        pattern=_CURL + r"[\"']?(?P<value>[^\s\"':$<>{}]{8,128}):[\"']?(?=\s|\Z)",
        keywords=("curl", "wget", "http"),
        reference="https://curl.se/docs/manpage.html",
        score=0.8,
        check="password_like",
        true=('curl -u "‹d2LkV78zLx!t:"› https://es.local'.replace(':"›', '›:"'),),
        false=("curl -u username: https://es.local",),
    ),
    Rule(
        id="sql-password",
        kind="sql-password",
        pattern=(
            r"(?i:identified[ \t]{1,4}(?:with[ \t]{1,4}[\w.\"'`]{1,40}[ \t]{1,4})?by(?:[ \t]{1,4}password)?"
            r"|(?:with|encrypted|set|user|role|login|alter)[^\r\n'\"]{0,80}[ \t]password(?:[ \t]{0,3}=)?"
            r"|[=,(][ \t]{0,3}password)"
            r"[ \t]{0,4}\(?[ \t]{0,2}(?P<quote>\\?'{1,4}|\\?\")(?P<value>[^'\"`\r\n\\]{3,128})(?P=quote)"
        ),
        keywords=("identified", "password"),
        reference="https://www.postgresql.org/docs/current/sql-createrole.html",
        spaced=True,
        score=0.82,
        check="literal",
        loose=True,
        true=(
            "CREATE USER ledger WITH PASSWORD '‹Tr4vel-Copper›';",
            "ALTER USER 'root'@'localhost' IDENTIFIED BY '‹Tr4vel-Copper›';",
            "INSERT INTO users VALUES ('ledger', PASSWORD('‹copperqz›'))",
        ),
        false=("CREATE USER x IDENTIFIED BY '${PASSWORD}'",),
    ),
    Rule(
        id="sql-password-unquoted",
        kind="sql-password",
        pattern=r"(?i:identified[ \t]{1,4}by)[ \t]{1,4}(?P<value>[^\s\"';,()<>&$:]{4,64})(?=[\s\"';,]|\Z)",
        keywords=("identified",),
        reference="https://docs.oracle.com/en/database/oracle/oracle-database/",
        score=0.6,
        check="password_like",
        loose=True,
        true=("create user ledger identified by ‹koaf512› default tablespace users;",),
        false=("a table identified by values", "identified by password"),
    ),
    Rule(
        id="powershell-secure-string",
        kind="password",
        pattern=(
            r"(?i:convertto-securestring)[ \t]{1,4}(?:-(?i:string)[ \t]{1,4}|\(?)"
            r"(?P<quote>\\?[\"'])(?P<value>[^\"'\r\n\\$]{3,128})(?P=quote)"
        ),
        keywords=("convertto-securestring",),
        reference="https://learn.microsoft.com/powershell/module/microsoft.powershell.security/convertto-securestring",
        spaced=True,
        score=0.9,
        check="not_placeholder",
        true=("$p = ConvertTo-SecureString '‹bvrl0vme›' -AsPlainText -Force",),
        false=('ConvertTo-SecureString "$env:PW" -AsPlainText',),
    ),
    Rule(
        id="password-option",
        kind="command-password",
        pattern=(
            r"(?<![\w\-])(?:--?|/)(?i:[a-z]{0,12}[_\-]?(?:password|passwd|passphrase|pass|pwd|pw|secret|token|api-?key|key|auth))"
            r"(?:[ \t]{1,3}|=|:)(?P<quote>[\"']?)(?P<value>(?!pass:)[^\s\"'<>$`|;&(){}\[\]\-][^\s\"'<>`|;&(){}\[\]]{3,127})(?P=quote)(?=[\s,;&|)\"'`]|\Z)"
        ),
        keywords=("pass", "pwd", "-pw", "secret", "token", "key", "auth"),
        reference="https://cwe.mitre.org/data/definitions/214.html",
        spaced=True,
        score=0.55,
        check="literal",
        loose=True,
        true=(
            "./load.sh --username ledger --password ‹qwzkhd7›",
            "Invoke-Spray -Password ‹Xfrz8251!›",
        ),
        false=("--password $PW", "--password <password>", "--token-file"),
    ),
)
