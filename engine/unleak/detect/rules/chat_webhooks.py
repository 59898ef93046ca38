"""Webhooks of chat services."""

from unleak.detect.rule import Rule

RULES = (
    Rule(
        id="google-chat-webhook",
        kind="google-chat-webhook",
        pattern=r"(?P<value>https://chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_\-]{6,20}/messages\?key=AIza[A-Za-z0-9_\-]{35}&token=[A-Za-z0-9_\-%]{40,60})",
        keywords=("chat.googleapis.com",),
        reference="https://developers.google.com/workspace/chat/quickstart/webhooks",
        score=0.97,
        true=(
            "‹https://chat.googleapis.com/v1/spaces/AAAATxGZzcP/messages?key=AIza8Kye-IEvaxkvEwP3bvXkVXYhhu09bVg4DF6&token=Cc3KcQjSpK6sU5KuenBsIBwBJxFb9Oi_cOamVVtZ2lv›",
        ),
    ),
    Rule(
        id="dingtalk-webhook",
        kind="dingtalk-webhook",
        pattern=r"oapi\.dingtalk\.com/robot/send\?access_token=(?P<value>[0-9a-f]{64})",
        keywords=("oapi.dingtalk.com",),
        reference="https://open.dingtalk.com/document/",
        true=(
            "https://oapi.dingtalk.com/robot/send?access_token=‹206becaa8354e561e2819af0addbfe446e41a8a2cf307fb96b508b515aff01d8›",
        ),
        false=("access_token=xxx",),
    ),
    Rule(
        id="wecom-webhook",
        kind="wecom-webhook",
        pattern=r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        keywords=("qyapi.weixin.qq.com",),
        reference="https://developer.work.weixin.qq.com/document/",
        true=(
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=‹1616f22c-a628-4d8a-92e0-8e71c4b3234d›",
        ),
        false=("qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY",),
    ),
    Rule(
        id="feishu-webhook",
        kind="feishu-webhook",
        pattern=r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/(?P<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        keywords=("open.feishu.cn", "open.larksuite.com"),
        reference="https://open.feishu.cn/document/",
        true=(
            "https://open.feishu.cn/open-apis/bot/v2/hook/‹98fbb328-6be3-41be-a298-85345f46dd89›",
        ),
    ),
    Rule(
        id="wechat-secret",
        kind="wechat-secret",
        pattern=r"(?i:wechat|weixin|wx|mp_?app|corp)_?(?i:app)?_?(?i:secret)[\"']?[ \t]{0,4}[:=]>?[ \t]{0,4}[\"']?(?P<value>[0-9a-f]{32})(?![0-9a-f])",
        keywords=("secret",),
        reference="https://developers.weixin.qq.com/doc/",
        min_entropy=3.0,
        true=("wx_secret: '‹e67ad7b99cc1fbefecd7b3f9aa4cf677›'",),
    ),
    Rule(
        id="zapier-webhook",
        kind="zapier-webhook",
        pattern=r"(?P<value>https://hooks\.zapier\.com/hooks/(?:catch|standard)/\d{4,10}/[A-Za-z0-9]{5,30}(?:/[A-Za-z0-9]{5,30})?)",
        keywords=("hooks.zapier.com",),
        reference="https://help.zapier.com/",
        severity="medium",
        true=("‹https://hooks.zapier.com/hooks/catch/0590451/gdzp22j›/",),
    ),
    Rule(
        id="make-webhook",
        kind="make-webhook",
        pattern=r"(?P<value>https://hook\.(?:[a-z]{2}\d\.make|integromat)\.com/[a-z0-9]{30,40})",
        keywords=("https://hook.",),
        reference="https://help.make.com/",
        severity="medium",
        true=("‹https://hook.eu1.make.com/zl6l09rb6crwmku1f3ehqqa0p37r9j21›",),
    ),
    Rule(
        id="ifttt-key",
        kind="ifttt-key",
        pattern=r"maker\.ifttt\.com/trigger/[\w\-{}]{1,60}/(?:json/)?with/key/(?P<value>[A-Za-z0-9_\-]{20,60})",
        keywords=("maker.ifttt.com",),
        reference="https://ifttt.com/maker_webhooks",
        severity="medium",
        true=(
            "https://maker.ifttt.com/trigger/door/with/key/‹mIMKB-bdVmN9kx9bwGf11_BtYcZL1c2ag6GF9FLuI9q›",
        ),
    ),
)
