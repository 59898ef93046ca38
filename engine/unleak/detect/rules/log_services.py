"""Log and uptime services."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="loggly-token",
        kind="log-service-token",
        pattern=assigned(
            "(?:loggly|logz_?io|logdna|mezmo|log_?entries|papertrail|logtail|better_?stack|log_?flare|coralogix)",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{24,36}|[0-9a-f]{32}",
        ),
        keywords=(
            "loggly",
            "logz",
            "logdna",
            "mezmo",
            "logentries",
            "log_entries",
            "papertrail",
            "logtail",
            "better",
            "logflare",
            "log_flare",
            "coralogix",
        ),
        reference="https://documentation.solarwinds.com/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('const logglyToken = "‹e58cdb77-20c8-40ce-96a7-a4b5e189e9b2›";',),
        false=("commit: 9c518882-78c8-4529-853d-3817962862ae",),
    ),
    Rule(
        id="uptimerobot-key",
        kind="uptimerobot-key",
        pattern=assigned("uptime_?robot", r"(?:u|ur|m)\d{5,10}-[0-9a-f]{24,32}"),
        keywords=("uptime",),
        reference="https://uptimerobot.com/api/",
        min_entropy=3.0,
        true=('config.set("uptimerobot.api.key", "‹ur6490939-e5be2cf8e370e7e4a22cffb0›")',),
        false=("image@sha256:ur2572250-d7c420c6ffa2dea5e338ef73",),
    ),
    Rule(
        id="checkly-key",
        kind="checkly-key",
        pattern=token("cu_[0-9a-f]{32}"),
        keywords=("cu_",),
        reference="https://www.checklyhq.com/docs/",
        min_entropy=3.0,
        true=('"token": "‹cu_0571e490a13785f8d24638edc6570e9e›"',),
    ),
    Rule(
        id="axiom-token",
        kind="axiom-token",
        pattern=token("xa[ap]t-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("xaat-", "xapt-"),
        reference="https://axiom.co/docs",
        min_entropy=3.0,
        true=("export TOKEN=‹xaat-e2fd0fa8-2b1b-4034-a986-2393ffb7c5d4›",),
    ),
)
