"""Firebase."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="firebase-server-key",
        kind="firebase-server-key",
        pattern=token(r"AAAA[A-Za-z0-9_\-]{7}:[A-Za-z0-9_\-]{134,146}", r"A-Za-z0-9_\-"),
        keywords=("aaaa",),
        reference="https://firebase.google.com/docs/cloud-messaging",
        min_entropy=3.0,
        true=(
            '"token": "‹AAAAn6NUdC1:APA91bliat0k3chE4-XlOjcL23WIv4_BeEiIWRzRMWxA7lm8DwgOgWi8p7R72n5_cYqeNOkTU45NGl2AFmljiTfdTwSTYjron8tGFlUKYvNmiHFxPElISs8vnSIly0tZprOCPNHkkBp4›"',
        ),
    ),
    Rule(
        id="firebase-host",
        kind="firebase-host",
        pattern=r"(?P<value>[a-z0-9][a-z0-9\-]{2,40}\.(?:firebaseio\.com|firebasedatabase\.app))(?![\w\-])",
        keywords=(".firebaseio.com", ".firebasedatabase.app"),
        reference="https://firebase.google.com/docs/database/rest/auth",
        severity="low",
        score=0.65,
        true=('url = "https://‹quiet-anvil-4f1c.firebaseio.com›/v0/item.json"',),
        false=("https://firebase.google.com",),
    ),
)
