"""Hetzner."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="hetzner-token",
        kind="hetzner-token",
        pattern=assigned("(?:hetzner|hcloud)", "[A-Za-z0-9]{64}"),
        keywords=("hetzner", "hcloud"),
        reference="https://docs.hetzner.cloud/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=(
            "ENV HCLOUD_TOKEN ‹WShU85nRb3p9EPhGshgAQFGIv39fttLM95WS2594XZfdVfYZf0ibAwUPcUw4ZE63›",
        ),
        false=('"etag": "zXT6IjZsFtQAiWrlz5jFtTAMpgEhhDDnG1nGUHPrZ1AgrEjjcvL7Axse4SzhZ2Sd"',),
    ),
)
