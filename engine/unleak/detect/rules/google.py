"""Google."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="google-api-key",
        kind="google-api-key",
        pattern=r"(?<![A-Za-z0-9_\-])(?P<value>AIza[A-Za-z0-9_\-]{35})(?![A-Za-z0-9_\-])",
        keywords=("aiza",),
        reference="https://cloud.google.com/docs/authentication/api-keys",
        min_entropy=3.0,
        true=("key=‹AIzaq8Zt3LmW5vXc7-RbN2kYd9JfH4sGpA6eT_1›",),
    ),
)
