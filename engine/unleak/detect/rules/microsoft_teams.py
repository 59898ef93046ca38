"""Microsoft Teams."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="teams-webhook",
        kind="teams-webhook",
        pattern=r"(?P<value>https://[a-z0-9]{1,60}\.webhook\.office\.com/webhookb2/[0-9a-f\-]{36}@[0-9a-f\-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f\-]{36}(?:/[A-Za-z0-9_\-]{1,60})?|https://outlook\.office(?:365)?\.com/webhook/[0-9a-f\-]{36}@[0-9a-f\-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f\-]{36})",
        keywords=(".webhook.office.com", "outlook.office"),
        reference="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/",
        true=(
            "‹https://ledger.webhook.office.com/webhookb2/7fe59ebf-e05a-42b4-a461-dbe6fc670b9e@39037d37-19cd-4ed8-b8bf-b3b8a4f09bc8/IncomingWebhook/1ae7b55413bd7e83e2c66af3b11395f4/82ddf260-008a-4019-ac14-33f663e2855e›",
        ),
        false=("https://ledger.webhook.office.com/webhookb2/",),
    ),
)
