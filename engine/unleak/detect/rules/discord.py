"""Discord."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="discord-token",
        kind="discord-token",
        pattern=assigned(
            "(?:discord|bot|token|login|client|run|start)",
            r"[MNO][A-Za-z\d_\-]{23,25}\.[A-Za-z\d_\-]{6}\.[A-Za-z\d_\-]{27,38}|mfa\.[A-Za-z\d_\-]{80,90}",
            r"A-Za-z0-9_\-",
        ),
        keywords=("discord", "bot", "token", "login", "client", "run", "start"),
        reference="https://discord.com/developers/docs/reference#authentication",
        min_entropy=3.5,
        long=True,
        true=(
            'os.environ["DISCORD_TOKEN"] = "‹MTAtoYOZyLBwohsjiA9fV61s.cwSynL.QSXvCq97XU6fBnQDtsfX61wRO9HAzlMJBe1vfj›"',
            'client.login("‹MTAhEnU65YoINbGhCbLws4cx.JxSNRB.1eiC0RBryWcS1uPltCCwxSQqu-x9wolXHa_i6D›")',
        ),
        false=("discord=000000000000000000",),
    ),
    Rule(
        id="discord-webhook",
        kind="discord-webhook",
        pattern=r"(?P<value>https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{16,20}/[A-Za-z0-9_\-]{50,90})(?![A-Za-z0-9_\-])",
        keywords=("discord.com/api/", "discordapp.com/api/"),
        reference="https://discord.com/developers/docs/resources/webhook",
        true=(
            'url = "‹https://discord.com/api/webhooks/137397766221648418/NAZFVtx8CgEhzyrCqXuiNSxi5gO6NrZtD1saU7eZIKq8T54MoYFnvb9Jyr4kMgagpqP2›"',
        ),
        false=("https://discord.com/api/webhooks/ID/TOKEN",),
    ),
    Rule(
        id="discord-client-secret",
        kind="discord-client-secret",
        pattern=assigned("discord", r"[A-Za-z0-9_\-]{32}|[0-9a-f]{64}", r"A-Za-z0-9_\-"),
        keywords=("discord",),
        reference="https://discord.com/developers/docs/topics/oauth2",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=("discord.client.secret=‹rkC0fhufH4DIfOaMcYq_PkXsEWGnVGT4›",),
        false=("image@sha256:eFeRP45FCbiw_bbEzREfQH-7hWfU6m4b",),
    ),
)
