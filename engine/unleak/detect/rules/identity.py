"""Identity providers."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="auth0-secret",
        kind="auth0-secret",
        pattern=assigned("auth0", r"[A-Za-z0-9_\-]{64,80}", r"A-Za-z0-9_\-"),
        keywords=("auth0",),
        reference="https://auth0.com/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "<auth0ClientSecret>‹0Uj3t6dK6P_Q2jKvwJNkcdyAS7fuyoBj9AdFFYdlE8ZaH2EN0b1xpTkuHV-_o_1w›</auth0ClientSecret>",
        ),
        false=('checksum = "ki7J5ArBRolg5Fb1F6BdOftK9ICJbiO6b_K3DFVUITjuH2wG9A-BuuexZDsubN2M"',),
    ),
    Rule(
        id="stytch-secret",
        kind="stytch-secret",
        pattern=token(r"secret-(?:test|live)-[A-Za-z0-9_\-]{36}=", r"A-Za-z0-9_\-="),
        keywords=("secret-",),
        reference="https://stytch.com/docs",
        min_entropy=3.0,
        true=('token = "‹secret-live-r7Vb5ZjcPn3eBdSMbY9EUuzzuS77joDghuVv=›"',),
    ),
    Rule(
        id="clerk-key",
        kind="clerk-key",
        pattern=assigned("clerk", "sk_(?:live|test)_[A-Za-z0-9]{40,60}"),
        keywords=("clerk",),
        reference="https://clerk.com/docs",
        score=0.97,
        min_entropy=3.0,
        true=("--clerk-secret-key ‹sk_live_EZy7N1ueO92DrGxPU5gfKUNN6e1auQKMfEEfSY9aDS›",),
        false=('"etag": "sk_live_8eZ9HezEUCdQD2dxd1PYRwKCuxkUWUkdXSOq8n12QI"',),
    ),
    Rule(
        id="onelogin-secret",
        kind="identity-provider-secret",
        pattern=assigned(
            "(?:one_?login|workos|fusionauth|duo_?(?:secret|skey|api)|keycloak|jumpcloud_client)",
            r"[0-9a-f]{64}|[A-Za-z0-9]{40}|[A-Za-z0-9_\-]{43}|[A-Za-z0-9]{32}",
            "A-Za-z0-9_-",
        ),
        keywords=("onelogin", "one_login", "workos", "fusionauth", "duo", "keycloak", "jumpcloud"),
        reference="https://developers.onelogin.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "'onelogin_client_secret' => '‹96ede753e34a6353806b8dee8e024457748994ebf058c91f006457eb3b2076a1›',",
        ),
        false=("image@sha256:e710e1023baf1e125e8980c64f4e8df2cd9df21d8bc5dbc7a1b77e70849fc730",),
    ),
)
