"""Typeform and Calendly."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="typeform-token",
        kind="typeform-token",
        pattern=token(r"tfp_[A-Za-z0-9_.=\-]{40,64}", r"A-Za-z0-9_.=\-"),
        keywords=("tfp_",),
        reference="https://www.typeform.com/developers/get-started/personal-access-token/",
        min_entropy=3.0,
        true=("# old one: ‹tfp_A7op9UwGb3IbBFRoxsC8-Q2s2lRMCGl5UN3DIAV0txuB_VGRzRbLpKpYVoa›",),
    ),
)
