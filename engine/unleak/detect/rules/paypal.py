"""PayPal and Braintree."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="braintree-token",
        kind="braintree-token",
        pattern=token(r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}"),
        keywords=("access_token$",),
        reference="https://developer.paypal.com/braintree/docs",
        severity="critical",
        min_entropy=3.0,
        true=(
            "# old one: ‹access_token$production$33aunrg7c5jp8nzh$ab420f166db1213c23350651f7f00c3c›",
        ),
    ),
    Rule(
        id="braintree-key",
        kind="braintree-key",
        pattern=assigned("(?:braintree|bt)[_.-]?private", "[0-9a-f]{32}"),
        keywords=("braintree", "bt_", "bt-", "bt.", "btprivate"),
        reference="https://developer.paypal.com/braintree/docs",
        score=0.85,
        min_entropy=3.0,
        true=('BRAINTREE_PRIVATE_KEY = "‹57cf04cf472ad036ffcdb97fe4928c5b›"',),
        false=("build_id=b090273b6a5b0b90e3eb0f7d85dc69b1",),
    ),
    Rule(
        id="paypal-secret",
        kind="paypal-secret",
        pattern=assigned("paypal", r"E[A-Za-z0-9_\-]{79}", r"A-Za-z0-9_\-"),
        keywords=("paypal",),
        reference="https://developer.paypal.com/api/rest/authentication/",
        severity="critical",
        score=0.85,
        min_entropy=3.0,
        true=(
            '"paypal_client_secret": "‹Et72XybrboFbzsHLdbAwV16-XnZ3YggH6fNvQCydHXxnJPY08UTqRijvd9ntie7BULIWW3xXJ2mhbIdN›",',
        ),
        false=(
            'checksum = "E19jkPC9fRvs_mDtsnm0tnWLKBzeB_LmDxp7GRXOSPEsFZ3ea2vKMjE6_p-tpu_NaSQlOkt17RaGyJdy"',
        ),
    ),
)
