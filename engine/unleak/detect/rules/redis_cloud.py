"""Redis Cloud."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="redis-cloud-key",
        kind="redis-cloud-key",
        pattern=assigned(
            "redis[_ -]?(?:labs|cloud)[_ -]?(?:api|secret|account)",
            "[A-Za-z0-9]{40,60}|[A-Za-z0-9]{32}",
        ),
        keywords=("redis",),
        reference="https://redis.io/docs/latest/operate/rc/api/",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("rediscloud_secret_key: ‹grAwqkKfUg7odLQJp3czPij8PGoItJXzPqI9i5nIIU0zgcq3›",),
        false=("image@sha256:HONQiNSwlDPEwYfFTkcKKMGA6VsIm7tPR9ud0RszMt0Hnfhg",),
    ),
)
