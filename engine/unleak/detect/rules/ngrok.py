"""ngrok."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="ngrok-token",
        kind="ngrok-token",
        pattern=assigned("ngrok", "[12][A-Za-z0-9]{26}_[A-Za-z0-9]{20,21}|cr_[A-Za-z0-9]{27}"),
        keywords=("ngrok",),
        reference="https://ngrok.com/docs/",
        score=0.85,
        min_entropy=3.0,
        true=("--ngrok-authtoken ‹2BZp3K9alWxBSv8xRUBMvz64lZb_AP9RBPZJwcCCAROasQIEg›",),
        false=("build_id=2sRgDIKaDVQkUGOPDtjuF3coVvu_3gx5zgdaFMScMnJoOSg4E",),
    ),
)
