"""Docker Hub and registries."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="docker-token",
        kind="docker-token",
        pattern=token(r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{27,32}", r"A-Za-z0-9_\-"),
        keywords=("dckr_pat_", "dckr_oat_"),
        reference="https://docs.docker.com/security/for-developers/access-tokens/",
        min_entropy=3.0,
        true=('curl -H "X-Key: ‹dckr_pat_b1_bFdO9kj9piK8ZpJ5qP7qvYAH›"',),
    ),
    Rule(
        id="docker-config-auth",
        kind="docker-config-auth",
        pattern=r'\\?"auth\\?"[ \t]{0,4}:[ \t]{0,4}\\?"(?P<value>[A-Za-z0-9+/]{8,1000}={0,2})\\?"',
        keywords=('"auth', '\\"auth'),
        reference="https://docs.docker.com/reference/cli/docker/login/",
        score=0.9,
        min_entropy=3.0,
        check="random_literal",
        true=(
            '{"auths": {"https://index.docker.io/v1/": {"auth": "‹gtDwxvhk7nNhIohozAjQVk2NtDd4dfb1CpdVPbq9==›"}}}',
        ),
        false=('"auth": "none"',),
    ),
)
