"""HashiCorp: Terraform Cloud, Vault, Consul."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="terraform-token",
        kind="terraform-token",
        pattern=token(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-]{60,70}", r"A-Za-z0-9_\-"),
        keywords=(".atlasv1.",),
        reference="https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
        min_entropy=3.0,
        true=(
            'token = "‹M7h9e8wDmlVGOL.atlasv1.HGuieQTcJvDKnFHfs22eLSZSHMHAgE7po1MDYbAAZPSVGaorBXMbeSfhklbtqX5OHdV›"',
        ),
        false=(
            'token = "xxxxxxxxxxxxxx.atlasv1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        ),
    ),
    Rule(
        id="vault-token",
        kind="vault-token",
        pattern=token(r"hv[sbr]\.[A-Za-z0-9_\-]{24,300}", r"A-Za-z0-9_\-"),
        keywords=("hvs.", "hvb.", "hvr."),
        reference="https://developer.hashicorp.com/vault/docs/concepts/tokens",
        severity="critical",
        min_entropy=3.0,
        true=(
            '"token": "‹hvs.PtQgvHXffyaSU07w6QY31eTd›"',
            "export TOKEN=‹hvs.CAESIcSj3gI4TzI9DmYwKksFg-mm3nZKHMtZdN2kRa0M3tME0R1gFESJJPMtxsYWmHMVr85AdAMMDjEOLIY7M5egPibrQUk›",
        ),
    ),
    Rule(
        id="vault-token-old",
        kind="vault-token",
        pattern=token(r"[sbr]\.[A-Za-z0-9]{24}", r"A-Za-z0-9_.\-("),
        keywords=(),
        reference="https://developer.hashicorp.com/vault/docs/concepts/tokens",
        severity="critical",
        score=0.8,
        min_entropy=3.5,
        check="mixed",
        long=True,
        true=("token: ‹s.y3Lz7xpVWx8gWmtCgnA3BOtd›",),
        false=(
            "s.AcceptanceTimeoutSeconds ",
            "s.makeKubeConfigController = args",
        ),
    ),
    Rule(
        id="vault-unseal-key",
        kind="vault-unseal-key",
        pattern=assigned(
            r"(?:unseal[_ -]?key|recovery[_ -]?key)(?:[_ -]?\d)?",
            "[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}|[0-9a-f]{66}",
            "A-Za-z0-9+/=",
        ),
        keywords=("unseal", "recovery"),
        reference="https://developer.hashicorp.com/vault/docs/concepts/seal",
        severity="critical",
        score=0.85,
        min_entropy=3.5,
        true=("Unseal Key 1: ‹awF9AcaS0QfbSo0++B8209Ody7IU0GGaPsZP1mW0yqWu›",),
        false=("unseal_key: <key>",),
    ),
    Rule(
        id="consul-token",
        kind="consul-token",
        pattern=assigned(
            "(?:consul|nomad)[_.-]?(?:http|acl|master|agent|mgmt|token|secret)",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        keywords=("consul", "nomad"),
        reference="https://developer.hashicorp.com/consul/docs/security/acl/tokens",
        score=0.85,
        min_entropy=3.0,
        true=('consulHttpToken := "‹96d40aa6-8b6f-4530-9106-fce8d3fb3a7e›"',),
        false=("image@sha256:d1c0ab68-7405-4e41-8fc0-3631f8bfeb98",),
    ),
)
