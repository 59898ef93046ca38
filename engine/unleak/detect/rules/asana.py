"""Asana."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="asana-token",
        kind="asana-token",
        pattern=token(r"[0-2]/\d{12,20}(?:/\d{12,20})?:[0-9a-f]{32}"),
        keywords=tuple(f"{version}/{digit}" for version in range(3) for digit in range(10)),
        reference="https://developers.asana.com/docs/personal-access-token",
        min_entropy=3.0,
        true=("export TOKEN=‹1/9662602295196143:905e7a54480111d8529ef21a7b7cc85c›",),
    ),
    Rule(
        id="asana-secret",
        kind="asana-secret",
        pattern=assigned("asana", "[a-z0-9]{32}"),
        keywords=("asana",),
        reference="https://developers.asana.com/docs/oauth",
        score=0.85,
        min_entropy=3.0,
        true=("asana_client_secret: ‹841b298ec0b9583dd7ef9eab73de7d9d›",),
        false=("image@sha256:1a4ecf00fcbbf7d477b48cda4a86f60c",),
    ),
)
