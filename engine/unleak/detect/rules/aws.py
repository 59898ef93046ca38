"""Amazon Web Services."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="aws-access-key",
        kind="aws-access-key",
        pattern=token("(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
        keywords=("akia", "asia", "abia", "acca"),
        reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        severity="critical",
        min_entropy=2.5,
        check="not_placeholder",
        true=(
            'key = "‹AKIAD6ZACAODXKXOOE3U›"',
            "aws_access_key_id = ‹ASIAZLEYZFQOWP3ROKGT›",
        ),
        false=(
            'key = "AKIAIOSFODNN7EXAMPLE"',
            "NAKIAMAVG34PZEXQQEPFN",
        ),
    ),
    Rule(
        id="aws-secret-key",
        kind="aws-secret-key",
        pattern=assigned(
            "(?:aws|boto|minio|amazon|secret_?access|cloudfront)",
            "[A-Za-z0-9/+]{40}",
            "A-Za-z0-9/+=",
        ),
        keywords=("aws", "boto", "minio", "amazon", "secretaccess", "secret_access", "cloudfront"),
        reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        severity="critical",
        min_entropy=3.8,
        check="mixed",
        true=(
            'AWS_SECRET_ACCESS_KEY = "‹cDN04N4qbFLY5fK84BoVFD6Db67QdHQyCl1tC243›"',
            '"secretaccesskey": "‹Csuw6N7sGY8osxYmsFk8hTds/MwpkhBJZo4KNY/m›",',
        ),
        false=(
            'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
            '"etag": "ZknH4TnJpzrYPwTKWIUNzQVyIc0PW1udypI31HP0"',
        ),
    ),
    Rule(
        id="aws-session-token",
        kind="aws-session-token",
        pattern=assigned(
            "(?:aws_?)?(?:session|security)[_-]?token", "[A-Za-z0-9/+=]{120,2000}", "A-Za-z0-9/+="
        ),
        keywords=("session", "security"),
        reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        severity="critical",
        score=0.93,
        min_entropy=4.0,
        true=(
            "export AWS_SESSION_TOKEN=‹IQoJb3JpZ2luX2VjFek3m7VjdWXtg6JEzW4uTd39qVFA87L/xPiSBRnI1VDQ0NeEtafPNZVqfYePCsi6NqezVzwchQQ7Y0iklnbMRYOKo8nyScMo3XsZ7ySnla4MRO7XMWgFWgOfsbfsOYc2Mw0uiQSyKTKfcbJFW1J58u65MZ67zlLnAVYQQ36YN29v5EZVNbpIY0K2oKp893kEqZwIm6nzr9Sim78D3ccHUMO1AzCKNxWDPfmn31ZCAdePion0›",
        ),
        false=(
            "image@sha256:IQoJb3JpZ2luX2Vje9ufIPpEVAeCp1erF6NH+xSJhDHmNY2jVp1jxcrLkJ1mNxa4hdNoU0nHZEi10inZZ/ysvOmsNNXDebsbAMxqtM7S5q/6y/E47y8xU4L7yHwm7aCR73DL5bZbXLb5FiAUCGWNOVTJL0ztoKWZ8mnkWnMvn9ORqCRX9tRFdxE2rp7poQqr/ZMVCZEZK4GXF9r+J1ZnJlIaiiRD5M7wesWdwBw/Bbur7/S1H5Kn6mn/7JgVk52L",
        ),
    ),
    Rule(
        id="aws-bedrock-key",
        kind="aws-bedrock-key",
        pattern=token(
            "ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]{20,2000}",
            "A-Za-z0-9+/=",
        ),
        keywords=("absk", "bedrock-api-key-"),
        reference="https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
        min_entropy=3.0,
        true=(
            "  value: ‹ABSKQmVkcm9ja0FQSUtleSvMnSA8avBmh8hPatEgsgLFHCKCP6ka7C8acMiBIBYWUVDiWhdkBQ0K+Zbp9r/5IYw7YCV1NcH1d64srlJYyVjWhkVMYNNTryMEq4mjGiok=›",
            "connect('‹bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tm+GyURW/r0PruPOuf45cB8YfW7Dvs3z+IlYbtdSnKY4Lxeu/YybjJCWC6p6gvp7yFEkTQ3vixLgRlHjEfO70g3XzG/fWJCCVPtOvrQI4Bu2DHRW/XfohWUq7›')",
        ),
        false=(
            "ABSKsP/kwrOYV1Auy3VQATSnVCdctmkG3WXOvhuMLy1c",
            "bedrock-api-key-",
        ),
    ),
    Rule(
        id="aws-appsync-key",
        kind="aws-appsync-key",
        pattern=token("da2-[a-z0-9]{26}"),
        keywords=("da2-",),
        reference="https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html",
        severity="medium",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹da2-194dhs28134u87i6pvlm27urrd›"',),
    ),
    Rule(
        id="aws-marketplace-key",
        kind="aws-marketplace-key",
        pattern=token("amzn[.]mws[.][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("amzn.mws.",),
        reference="https://developer-docs.amazon.com/sp-api",
        min_entropy=3.0,
        true=("# old one: ‹amzn.mws.e7591d11-a840-4956-86f3-64ed566465e4›",),
    ),
    Rule(
        id="amazon-oauth-secret",
        kind="amazon-oauth-secret",
        pattern=token(
            r"amzn1\.oa2-cs\.v1\.[0-9a-f]{64}|Atz[ar]\|[A-Za-z0-9_\-/+=]{60,800}",
            r"A-Za-z0-9_\-/+=",
        ),
        keywords=("amzn1.oa2-cs", "atza|", "atzr|"),
        reference="https://developer.amazon.com/docs/login-with-amazon",
        min_entropy=3.0,
        true=(
            'token = "‹amzn1.oa2-cs.v1.980bcdcc38937e011d1736262be2b595a15d91119c55e4cfa4c9df762ba682ef›"',
            '"token": "‹Atzr|8J-uvlp2_v-Dn2pkm9ZnpcWuK17k5RoI2wK36YmQE2LPqKIMIvzd1Lbq_-iTIZQ9wXbWeLK1OL3U1Pw279ytOUbsYPABJ0rt8w_DakRYjQJbvPCzB6YdDNwLwP0BrZ40c1_cWYGyr3ozJBECpWWAxKejcEzKAwiHXG8n7xwmSLiNC4QexkvSIJ2IBvxhTeiVZatfQezS6Tu1LdmiGypDTJSiz0yC›"',
        ),
    ),
    Rule(
        id="aws-signature",
        kind="aws-signature",
        pattern="X-Amz-Signature=(?P<value>[0-9a-f]{64})(?![0-9a-f])",
        keywords=("x-amz-signature",),
        reference="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
        severity="low",
        score=0.8,
        true=(
            "https://b.s3.amazonaws.com/a?X-Amz-Expires=300&X-Amz-Signature=‹8e9985554e032c1d6d4f135e19e003e9a8a15df4d258aefa7d6b4c3e8500660b›",
        ),
        false=("X-Amz-Signature=<signature-value>",),
    ),
)
