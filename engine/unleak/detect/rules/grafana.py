"""Grafana."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="grafana-token",
        kind="grafana-token",
        pattern=token(
            "glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{32,400}={0,3}", "A-Za-z0-9+/=_"
        ),
        keywords=("glsa_", "glc_"),
        reference="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        min_entropy=3.0,
        true=(
            "# old one: ‹glsa_XbuhwFPM44Dl49BtXC3cF9MYiWg27Kdn_dd02f5ea›",
            'token = "‹glc_eyJbu6XkBuYYDHf8Gx72UVVwOkrXxiUWFU7FjUrV74hAJ4XS7yrzaTICFx6D18mEhcAyk3dqLZLFGVwZPru==›"',
        ),
        false=("glsa_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX_AAAAAAAA",),
    ),
    Rule(
        id="grafana-key",
        kind="grafana-key",
        pattern=token(r"eyJrIjoi[A-Za-z0-9+/_\-]{30,400}={0,3}", r"A-Za-z0-9+/=_.\-"),
        keywords=("eyjrijoi",),
        reference="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        score=0.94,
        min_entropy=3.0,
        true=(
            '"token": "‹eyJrIjoijQqr23tLVtfEJ4VDFwfSGcwu1CDPd72VX1XRPwwMapZ9FmoSDzPhmr7QnfKwnIZvqtwNq1kZ5JvcTJK5==›"',
        ),
    ),
)
