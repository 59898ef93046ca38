"""Credentials in the headers of requests."""

from unleak.detect.rule import Rule

_DOCS = "https://www.rfc-editor.org/rfc/rfc9110#section-11"

RULES = (
    Rule(
        id="basic-auth",
        kind="basic-auth",
        pattern=(
            r"(?<![A-Za-z0-9])(?i:basic)(?:[ \t]{1,3}|%20|\+)"
            r"(?P<value>[A-Za-z0-9+/]{8,1000}={0,2})(?![A-Za-z0-9+/=_\-.])"
        ),
        keywords=("basic",),
        reference="https://www.rfc-editor.org/rfc/rfc7617",
        score=0.85,
        check="basic_credential",
        true=('headers = {"Authorization": "Basic ‹cXVhcnR6OlRyNHZlbCFDb3A=›"}',),
        false=("Authorization: Basic realm", "BASIC AUTHENTICATION", "Authorization: Basic ..."),
    ),
    Rule(
        id="bearer-token",
        kind="bearer-token",
        pattern=(
            r"(?<![A-Za-z0-9])(?i:bearer)(?:[ \t]{1,3}|%20|\\?[\"'][ \t]{0,3}[:=+,.][ \t]{0,3}\\?[\"'])"
            r"(?P<value>[A-Za-z0-9_\-.~+/|%:]{10,2000}={0,2})(?![A-Za-z0-9_\-~+/|%=])"
        ),
        keywords=("bearer",),
        reference="https://www.rfc-editor.org/rfc/rfc6750",
        score=0.85,
        check="random_literal",
        true=("Authorization: Bearer ‹q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6›",),
        false=("Authorization: Bearer YOUR_TOKEN", "bearer authentication", "Bearer $TOKEN1"),
    ),
    Rule(
        id="authorization-header",
        kind="authorization",
        pattern=(
            r"(?i:authorization|x-auth-token|x-api-key|api-token|auth-token|private-token|x-[a-z\-]{2,24}-(?:token|key|secret))"
            r"\\?[\"']?\]?[ \t]{0,3}[:=,>]{1,2}[ \t]{0,3}\\?[\"']?"
            r"(?:(?i:token|apikey|api-token|api-key|key|oauth|digest|negotiate|ntlm|hmac|bearer|basic|splunk|geniekey)[ \t]{1,3}(?:(?i:token)=)?)?"
            r"\\?[\"']?(?P<value>[A-Za-z0-9_\-.~+/|%:@]{10,2000}={0,2})(?![A-Za-z0-9_\-~+/|%=@(])"
        ),
        keywords=("authorization", "-token", "-key", "-secret"),
        reference=_DOCS,
        score=0.8,
        min_entropy=3.2,
        check="random_literal",
        true=(
            "curl -H 'Authorization: ‹5f0c2c1e-9b7d-4d5c-8a61-3e9f0b72d4a8›' https://api.local",
            '-H "X-Auth-Token: ‹q8Zt3LmW5vXc7RbN›"',
            "'Authorization: ApiKey ‹q8Zt3LmW5vXc7RbN==›'",
        ),
        false=(
            "Authorization: process.env.TOKEN2",
            "'Authorization': v4auth_header}",
            'authorization = "required"',
        ),
    ),
    Rule(
        id="ntlm-message",
        kind="ntlm-message",
        pattern=r"(?P<value>TlRMTVNTUAAD[A-Za-z0-9+/]{40,2000}={0,2})(?![A-Za-z0-9+/=])",
        keywords=("tlrmtvntuaad",),
        reference="https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/",
        severity="medium",
        true=(
            "Authorization: NTLM ‹TlRMTVNTUAADAAAAGAAYAFYAAAAYABgAbgq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8=›",
        ),
    ),
)
