"""JumpCloud."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="jumpcloud-key",
        kind="jumpcloud-key",
        pattern=token("jca_[A-Za-z0-9]{36}"),
        keywords=("jca_",),
        reference="https://docs.jumpcloud.com/api/",
        min_entropy=3.0,
        true=('"token": "‹jca_oVeGLQC3yEFFsOE0fZfCSTkRT01vLxNGM1lw›"',),
    ),
    Rule(
        id="jumpcloud-key-old",
        kind="jumpcloud-key",
        pattern=assigned("jump_?cloud", "[0-9a-f]{40}"),
        keywords=("jump",),
        reference="https://docs.jumpcloud.com/api/",
        score=0.85,
        min_entropy=3.0,
        true=("'jumpcloud_api_key' => '‹4b2ac0a3c6eed65069763e7fed0326e8d447d611›',",),
        false=("build_id=fb67b50d06ab9bc00065596d5176dbc83e160ae0",),
    ),
)
