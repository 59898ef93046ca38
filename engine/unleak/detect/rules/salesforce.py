"""Salesforce."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="salesforce-token",
        kind="salesforce-token",
        pattern=token("00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?![A-Za-z0-9._]{90,120}", "A-Za-z0-9._"),
        keywords=("00d",),
        reference="https://help.salesforce.com/",
        min_entropy=3.0,
        true=(
            'token = "‹00DYjYkrf4BtDcH!SsoMeBchxlTeOiUSg9PjIYYLp9YiJ0CLRz7ONvjFAJ1T9T17UBGnrEKYfiw4IJKvdT4Hl399kqUK3cRFTQNdgjE1OFqxSurO›"',
        ),
    ),
    Rule(
        id="salesforce-refresh-token",
        kind="salesforce-token",
        pattern=token("5Aep861[A-Za-z0-9._]{76,88}", "A-Za-z0-9._"),
        keywords=("5aep861",),
        reference="https://help.salesforce.com/",
        min_entropy=3.0,
        true=(
            '"token": "‹5Aep861RVzPpCtA9ZO1oezj7MMo0TckG1hmUfeKBbFdCRqcxRg9BG1hVDaVonEIKHdevFaAgqNF36IeCKIS2lrc›"',
        ),
    ),
    Rule(
        id="salesforce-consumer-key",
        kind="salesforce-consumer-key",
        pattern=token("3MVG9[A-Za-z0-9._]{75,88}", "A-Za-z0-9._"),
        keywords=("3mvg9",),
        reference="https://help.salesforce.com/",
        severity="medium",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹3MVG9OR3gxUEQGmz2YgRAe9RUkltCC7canwhrPAoSe6YMUB0RxyI8iCFe80nKiPAcVMyrV68qmHLD09h481Ss›",
        ),
    ),
    Rule(
        id="salesforce-secret",
        kind="salesforce-secret",
        pattern=assigned(
            r"(?:salesforce|sfdc|sf_)[\w.\-]{0,16}(?:secret|token)",
            r"[0-9A-F]{64}|\d{19}|[A-Za-z0-9]{24,25}",
        ),
        keywords=("salesforce", "sfdc", "sf_"),
        reference="https://help.salesforce.com/",
        score=0.85,
        min_entropy=3.0,
        true=(
            "salesforce_client_secret: ‹ED1EEBD963E159D1FC72F1AEC379C32B876B223E35FE24BDC256A9888133756C›",
        ),
        false=('"etag": "4B23B864345383F43CA27B2F39E981474D55A2D474EC4F24DEC756BE9A0B494C"',),
    ),
)
