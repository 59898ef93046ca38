"""Box."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="box-secret",
        kind="box-secret",
        pattern=assigned(
            "box[_ .-]?(?:client|app|api|access|developer|secret|enterprise|token)",
            "[A-Za-z0-9]{32}",
        ),
        keywords=("box",),
        reference="https://developer.box.com/guides/authentication/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        long=True,
        true=("ENV BOX_CLIENT_SECRET ‹9ZhaLTQTkmPWMLcC1EHM3TDmZJMMIJfn›",),
        false=("image@sha256:VqoE8PexzvDkw1AbmYyXm8hqeSLYfrl9",),
    ),
)
