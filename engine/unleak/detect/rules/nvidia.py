"""NVIDIA."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="nvidia-key",
        kind="nvidia-key",
        pattern=token(r"nvapi-[A-Za-z0-9_\-]{60,70}", r"A-Za-z0-9_\-"),
        keywords=("nvapi-",),
        reference="https://docs.nvidia.com/ngc/",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹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›"',
        ),
    ),
    Rule(
        id="nvidia-ngc-key",
        kind="nvidia-key",
        pattern=assigned("(?:ngc|nvidia|nvcr)", "[A-Za-z0-9]{84}"),
        keywords=("ngc", "nvidia", "nvcr"),
        reference="https://docs.nvidia.com/ngc/",
        score=0.85,
        min_entropy=3.0,
        true=(
            "<ngcApiKey>‹8KqCePibZm44bLYQwBed2q91E7X82Nlk1hG3wL5njXwexh8gRiw5H7ai9cfKMMtdrP4yixbDGXXrXzb2UCYy›</ngcApiKey>",
        ),
        false=(
            "commit: xDfTvyQCIM4RRaA4laqJS7iZPZrcMJv1S7txrXYZy6GzcEt1alkSraumDjK8fa71tRlGfAmH9geX3BTqxDz4",
        ),
    ),
)
