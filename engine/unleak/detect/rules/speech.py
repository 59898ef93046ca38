"""Speech and audio models."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="deepgram-key",
        kind="deepgram-key",
        pattern=assigned("deepgram", "[0-9a-f]{40}"),
        keywords=("deepgram",),
        reference="https://developers.deepgram.com/",
        score=0.85,
        min_entropy=3.0,
        true=("deepgram_api_key: ‹b6d0e90e328ca868d3f935c77594f01c19f3cde3›",),
        false=('"etag": "7d2da4988ecb0d7d74fcc767c5314d2f4e472623"',),
    ),
    Rule(
        id="assemblyai-key",
        kind="assemblyai-key",
        pattern=assigned("assembly_?ai", "[0-9a-f]{32}"),
        keywords=("assembly",),
        reference="https://www.assemblyai.com/docs",
        score=0.85,
        min_entropy=3.0,
        true=("assemblyaiApiKey: '‹54d9aabd9f53411af8dc0cd88a30a49f›',",),
        false=("image@sha256:4ffcfa50b619fc983799d62eeb4163ad",),
    ),
    Rule(
        id="clarifai-key",
        kind="clarifai-key",
        pattern=assigned("clarifai", "[0-9a-f]{32}|[A-Za-z0-9]{32}"),
        keywords=("clarifai",),
        reference="https://docs.clarifai.com/",
        score=0.85,
        min_entropy=3.0,
        true=('const clarifaiPat = "‹fb02c13d01f355bb7059ea500274bce5›";',),
        false=("build_id=62115402b84380a93ecdbd1334a6b69b",),
    ),
)
