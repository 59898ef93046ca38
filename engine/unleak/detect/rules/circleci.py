"""CircleCI."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="circleci-token",
        kind="circleci-token",
        pattern=token("CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}"),
        keywords=("ccipat_", "cciprj_"),
        reference="https://circleci.com/docs/managing-api-tokens/",
        min_entropy=3.0,
        true=(
            "# old one: ‹CCIPAT_PKgMAV7wnRPcnnLRj2vElb_f95d86b38310837c9b3013674927345323be224c›",
        ),
    ),
    Rule(
        id="circleci-token-old",
        kind="circleci-token",
        pattern=assigned("circle", "[0-9a-f]{40}"),
        keywords=("circle",),
        reference="https://circleci.com/docs/managing-api-tokens/",
        score=0.85,
        min_entropy=3.0,
        true=('CIRCLECI_TOKEN = "‹423bb8286c2c66c76201cad61c70edc052f4b7c3›"',),
        false=("build_id=bbf01ee6bad2bb1663ff0d064d2d3034c96d3f64",),
    ),
)
