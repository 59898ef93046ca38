"""ReadMe."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="readme-key",
        kind="readme-key",
        pattern=token("rdme_[A-Za-z0-9]{70}"),
        keywords=("rdme_",),
        reference="https://docs.readme.com/main/reference/authentication",
        min_entropy=3.0,
        true=(
            '"token": "‹rdme_vk7p1o8iormyyiqyl9hcfirgn6o3cf42mat5fd4mocpxctrbrr1uqjdo4xmdsxk8krax93›"',
        ),
    ),
)
