"""Slack."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="slack-token",
        kind="slack-token",
        pattern=token(
            r"xox[abeoprst]-(?:\d{1,2}-)?\d{5,14}-[A-Za-z0-9\-]{10,250}|xox[bdeprstacx]-[A-Z0-9]{6,12}-[A-Z0-9]{6,12}-[A-Za-z0-9]{8,40}|xox[bp]-[A-Za-z0-9]{24,80}",
            r"A-Za-z0-9\-#",
        ),
        keywords=tuple(f"xox{kind}-" for kind in "abcdeoprstx"),
        reference="https://docs.slack.dev/authentication/tokens",
        min_entropy=2.5,
        check="not_placeholder",
        true=(
            'bot = "‹xoxb-699329439808-805236983278-KKyhOS2IpdAMjatJ4eQEaHiV›"',
            "SLACK=‹xoxp-396944939728-265118129209-099995361161-08797b862d78730cc8bd0a8c50296d92›",
            "# old one: ‹xoxb-584817494362-jB9ea2NzgJM2tuEjiBHAvAuA›",
        ),
        false=(
            "xoxb-your-token",
            "xoxb-xoxb-my-bot-token",
            "xoxp-1234567890",
        ),
    ),
    Rule(
        id="slack-rotated-token",
        kind="slack-token",
        pattern=token(r"xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{100,400}", r"A-Za-z0-9\-"),
        keywords=("xoxe-", "xoxe.xox"),
        reference="https://docs.slack.dev/authentication/tokens",
        score=0.96,
        min_entropy=3.0,
        true=(
            'token = "‹xoxe.xoxp-1-Ht6iqWW2BWWnmUDB7MmRCDdyIGy9sErM9KDbi37VORpZdmHMU9MbNRCn3KEjgkqNurxV35nPCxdrCOOxRTkJmaej3W5E3ZmqCDbsOotoOZwW8997tOgPVmgl1wRhTJpYuEKzHBe8emUGgm7C3crx5JRkf2Uc7FuaDCYeyl›"',
            '"token": "‹xoxe-1-LF0I0nQxj9UyJhRbx9f4HQ7jLhYqYcyJMxHUZpQaNebrOYwrNHPiVadt8Dc38rig29bk0XjYFcOU6HUZMUlhjUQb0Tr5X0p7M5tuvgjFsbAWr9e0O38OaWUhbmv6EBRmoGM4yuZyrYGbehl26Q2›"',
        ),
        false=("xoxe.xoxp-1-RANDOMSTRINGHERE",),
    ),
    Rule(
        id="slack-app-token",
        kind="slack-token",
        pattern=token(r"xapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[0-9a-f]{32,80}", r"A-Za-z0-9\-"),
        keywords=("xapp-",),
        reference="https://docs.slack.dev/authentication/tokens",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹xapp-1-A0RZPR00I1F-9265547752362-27ab628445981e6aa73ab97ff35340c8dfcd6ba83af277d0ec0acc31aa624db3›",
        ),
    ),
    Rule(
        id="slack-cookie",
        kind="slack-cookie",
        pattern=token(r"xoxd-[A-Za-z0-9%+/_\-]{60,300}={0,2}", r"A-Za-z0-9%+/_\-="),
        keywords=("xoxd-",),
        reference="https://docs.slack.dev/authentication/tokens",
        min_entropy=3.0,
        true=(
            "  value: ‹xoxd-V4kv5yhRxwWBfzH5KFc6TVGYP7iTKOzfZYbevztJk9NmCBWiV3Y5FQec1gRx1mccQYWuissOe7r7gPM3J0bVqcGKpAQOVuyEhh7P9yGDs5Vfse%3D%3D›",
        ),
    ),
    Rule(
        id="slack-webhook",
        kind="slack-webhook",
        pattern=r"(?P<value>https?:(?://|\\/\\/)hooks\.slack(?:-gov)?\.com\\?/(?:services|workflows|triggers)\\?/[A-Za-z0-9+/\\]{30,90})(?![A-Za-z0-9+/])",
        keywords=("hooks.slack",),
        reference="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
        min_entropy=3.5,
        true=(
            "‹https://hooks.slack.com/services/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›",
            "‹https://hooks.slack.com/workflows/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›",
        ),
        false=("https://hooks.slack.com/services/",),
    ),
)
