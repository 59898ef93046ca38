"""New Relic."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="newrelic-key",
        kind="newrelic-key",
        pattern=token(
            r"NRAK-[A-Z0-9]{27}|NRII-[A-Za-z0-9_\-]{32}|NRIQ-[A-Za-z0-9_\-]{32}|NRJS-[0-9a-f]{19}|NRRA-[0-9a-f]{42}|NRSP-[A-Za-z0-9]{4,40}",
            r"A-Za-z0-9_\-",
        ),
        keywords=("nrak-", "nrii-", "nriq-", "nrjs-", "nrra-", "nrsp-"),
        reference="https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        min_entropy=3.0,
        true=(
            "# old one: ‹NRAK-S6ALPRMUKZNMNPXJK1KTPXQ8CVU›",
            'token = "‹NRII-1vEdCirG5mLvXifrjFpe_MN61_MRqwly›"',
        ),
    ),
    Rule(
        id="newrelic-license",
        kind="newrelic-key",
        pattern=token("(?:[a-z]{2}[0-9]{2}xx)?[0-9a-f]{30,36}(?:FFFF)?NRAL"),
        keywords=("nral",),
        reference="https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        min_entropy=3.0,
        true=('"token": "‹efce555d1ddfde589f7cdbb48e03ef316fa7NRAL›"',),
    ),
    Rule(
        id="newrelic-key-old",
        kind="newrelic-key",
        pattern=assigned("new_?relic", "[0-9a-f]{40}|[0-9a-f]{47}|[A-Z0-9]{64}"),
        keywords=("newrelic", "new_relic"),
        reference="https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        score=0.85,
        min_entropy=3.0,
        true=("export NEW_RELIC_LICENSE_KEY=‹af946328b79c50a8f5fa3aa5a58d951976e8a6d9›",),
        false=("build_id=91e11c65fb307325035a52f022b9ab71f5dab2ec",),
    ),
)
