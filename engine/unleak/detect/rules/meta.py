"""Facebook, Instagram and WhatsApp."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="facebook-token",
        kind="facebook-token",
        pattern=token("EAA[A-Za-z0-9]{30,500}", "A-Za-z0-9_-"),
        keywords=("eaa",),
        reference="https://developers.facebook.com/docs/facebook-login/guides/access-tokens/",
        min_entropy=3.8,
        check="mixed",
        true=(
            "  value: ‹EAAMVKLUMc1JvZ2psKBR1W7Eq7HjDOZoznq7lUEIoHfGntqoFv4nTeAFiMH1RszEreWeMh46b2ueLngUeMFhBXJCk1rSLRjXiXAbCoFRYfTTrhl3eVBXKkLo0YTEXTzQ4RjuvDrugUVJcmQB›",
        ),
    ),
    Rule(
        id="facebook-app-token",
        kind="facebook-token",
        pattern=assigned(
            "(?:facebook|fb)", r"\d{13,17}(?:\||%7[cC])[A-Za-z0-9_\-]{27}", r"A-Za-z0-9_\-"
        ),
        keywords=("facebook", "fb_", "fb ", "fb:", "fb=", "fbapp"),
        reference="https://developers.facebook.com/docs/facebook-login/guides/access-tokens/",
        min_entropy=3.0,
        true=(
            "facebookAccessToken: '‹7393596533879292|MuzA8Jv6_pzSE4KnPCI8FPgdq6E›',",
            "facebook ‹1407533220566414|bk22hkDEgaPsGtdInSInrvswKlX›",
        ),
        false=('"etag": "4486757399428368|k-bz4vId2JWjDbM2Hxv9eiRu1nK"',),
    ),
    Rule(
        id="facebook-secret",
        kind="facebook-secret",
        pattern=assigned("(?:facebook|fb)", "[0-9a-f]{32}"),
        keywords=("facebook", "fb_", "fbapp", "fbsecret", "fb."),
        reference="https://developers.facebook.com/docs/facebook-login/guides/access-tokens/",
        score=0.85,
        min_entropy=3.0,
        true=('const facebookAppSecret = "‹5c1ccfec50e013b90a24a5ce0ddccfc8›";',),
        false=("image@sha256:9ed7969c4c0de6e2947f1d01979fa2db",),
    ),
    Rule(
        id="instagram-token",
        kind="instagram-token",
        pattern=token(r"IG[A-Z]{1,3}[A-Za-z0-9_\-]{100,300}", r"A-Za-z0-9_\-"),
        keywords=(),
        reference="https://developers.facebook.com/docs/instagram-platform/",
        min_entropy=4.0,
        check="mixed",
        long=True,
        true=(
            "# old one: ‹IGQVJ72hpflwtqhTCoQ36ES7bFBETYR3vULVfVoL5U0X63PkOByosVm9xAMlJsT5a2ywnRlGtBUJi2ARQMiZaTeBfxt7a3mMsJLDSSlmX7O6yjTk8AwDovGeo282r9C4RNbF9lQWqCN1BYdLwwKXcKSYyov›",
        ),
    ),
)
