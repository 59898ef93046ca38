"""Spotify."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="spotify-secret",
        kind="spotify-secret",
        pattern=assigned(
            "spotify",
            r"[0-9a-f]{32}|BQ[A-Za-z0-9_\-]{80,300}|AQ[A-Za-z0-9_\-]{100,300}",
            "A-Za-z0-9_-",
        ),
        keywords=("spotify",),
        reference="https://developer.spotify.com/documentation/web-api",
        score=0.85,
        min_entropy=3.0,
        true=("spotify.client.secret=‹77e6603d17281bc8fd40aab3bd6e7462›",),
        false=('checksum = "b418fe7ca803a64e7a548d05515cc090"',),
    ),
)
