"""Railway."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="railway-token",
        kind="railway-token",
        pattern=assigned("railway", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("railway",),
        reference="https://docs.railway.com/reference/public-api",
        score=0.85,
        min_entropy=3.0,
        true=('os.environ["RAILWAY_TOKEN"] = "‹1f3a465b-0af7-46c4-929a-d95e0cbc066c›"',),
        false=("build_id=2760194e-22e0-449f-92d8-8b3590687365",),
    ),
)
