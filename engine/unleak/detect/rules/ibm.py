"""IBM Cloud."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="ibm-cloud-key",
        kind="ibm-cloud-key",
        pattern=assigned("(?:ibm|bluemix|watson|iam_?api)", r"[A-Za-z0-9_\-]{44}", r"A-Za-z0-9_\-"),
        keywords=("ibm", "bluemix", "watson", "iam"),
        reference="https://cloud.ibm.com/docs/account?topic=account-userapikey",
        score=0.85,
        min_entropy=3.5,
        check="mixed",
        true=("ibmcloud_api_key: ‹j9RMsT5aruQHBUYKwAEXZRXDQdd4u4ftG74yqEmFIOJm›",),
        false=('"etag": "qRsu7SaWpV_LQD7Zt5HmYBNyW5Un-hSok0HxCHC-TWPG"',),
    ),
)
