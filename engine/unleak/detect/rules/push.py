"""Push notifications."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="pushover-token",
        kind="pushover-token",
        pattern=assigned("pushover", "[aug][a-z0-9]{29}"),
        keywords=("pushover",),
        reference="https://pushover.net/api",
        score=0.85,
        min_entropy=3.0,
        true=("--pushover-token ‹ann03m7gb7rv2aprpehwc2kyjs23vf›",),
        false=('"etag": "axnz55ccrzacrrlw833oj1dkzp3rtu"',),
    ),
    Rule(
        id="pushbullet-token",
        kind="pushbullet-token",
        pattern=assigned("pushbullet", r"o\.[A-Za-z0-9]{32}|[A-Za-z0-9]{34}"),
        keywords=("pushbullet",),
        reference="https://docs.pushbullet.com/",
        score=0.85,
        min_entropy=3.0,
        true=("'pushbullet_api_key' => '‹o.sJfOdHadMurpN6HSeEzuQx0VrqhkRyUy›',",),
        false=("image@sha256:o.7m6NUs9C3gnhRgjEszZZd2ldDxYocGQH",),
    ),
    Rule(
        id="onesignal-key",
        kind="onesignal-key",
        pattern=token("os_v2_(?:app|org)_[a-z2-7]{100,110}"),
        keywords=("os_v2_",),
        reference="https://documentation.onesignal.com/",
        min_entropy=3.0,
        true=(
            "  value: ‹os_v2_app_drvoh7w4ilgrfhvuvcuwyq2y3ejcjrxgaoy54k25alijygdo7gzjujna2eb6mlv32fcgrdukf3dtu5diovpt52j3pblrkipqaobyg3y›",
        ),
    ),
    Rule(
        id="onesignal-key-old",
        kind="onesignal-key",
        pattern=assigned(
            "one_?signal", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{48}"
        ),
        keywords=("onesignal", "one_signal"),
        reference="https://documentation.onesignal.com/",
        score=0.85,
        min_entropy=3.0,
        check="not_placeholder",
        true=(
            'os.environ["ONESIGNAL_REST_API_KEY"] = "‹6SY0MicQf6THrnJJExZfh59itcz0dS0BZ0fvhwWwE6avweNV›"',
        ),
        false=('checksum = "vnWkFU3EtrlbCMw8qWaBhjTzDen9iR4Kl3qYuTUMFi5Haqkh"',),
    ),
    Rule(
        id="pusher-secret",
        kind="pusher-secret",
        pattern=assigned("pusher", "[0-9a-f]{20}"),
        keywords=("pusher",),
        reference="https://pusher.com/docs/channels/",
        score=0.85,
        min_entropy=3.0,
        true=("pusher.app.secret=‹75358905a6a0c5ef5228›",),
        false=("commit: 655a67ac18ff415c2611",),
    ),
    Rule(
        id="ably-key",
        kind="ably-key",
        pattern=assigned(
            "(?:ably|realtime)",
            r"[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{6}:[A-Za-z0-9_\-]{43}",
            r"A-Za-z0-9_\-",
        ),
        keywords=("ably", "realtime"),
        reference="https://ably.com/docs/auth",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=("ENV ABLY_API_KEY ‹oA08Ng.znQpmc:BDkU8e3EH_CfvKf4T3YnWSz864M_fZXcELeTYa3a6Nd›",),
        false=('"etag": "UUtnMA.WYcbV1:j1YVZ_NLS-BvAFcyJb10Vo0AZ5zrN-y-hRwBi-KnT08"',),
    ),
    Rule(
        id="pubnub-key",
        kind="pubnub-key",
        pattern=token(
            "(?:sub|pub)-c-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sec-c-[A-Za-z0-9+/=]{48}",
            "A-Za-z0-9+/=",
        ),
        keywords=("sub-c-", "pub-c-", "sec-c-"),
        reference="https://www.pubnub.com/docs/",
        min_entropy=3.0,
        true=('token = "‹sec-c-gBtqmqe92y8m7PNcbbKWx98Fq9DMi00JDPNJ95SQGHilqmWW›"',),
    ),
    Rule(
        id="line-token",
        kind="line-token",
        pattern=assigned(
            "line[_.-]?(?:channel|bot|access|notify|messaging|api|token|secret)",
            "[A-Za-z0-9+/]{160,180}={0,2}|[A-Za-z0-9]{43}|[0-9a-f]{32}",
            "A-Za-z0-9+/=",
        ),
        keywords=tuple(
            f"line{sign}{word}"
            for sign in ("", "_", ".", "-")
            for word in (
                "channel",
                "bot",
                "access",
                "notify",
                "messaging",
                "api",
                "token",
                "secret",
            )
        ),
        reference="https://developers.line.biz/en/docs/",
        score=0.85,
        min_entropy=3.0,
        true=(
            '"line_channel_access_token": "‹xhOJKZ8wQf24fAKjEGwMiIwJZDDMealuDvdyG6uqWMJnkKNXxMdT02n9D3T1G4JxViPzz59e3zbbVGIX8GGpfX5nvLGQgDN1D3SmRDEOYEWJezeluuvhCdKRGBeKzBnOcUySgXtWqkgNQz53d0p4cMtAQ0WgCuDWqMMskBzlUU=›",',
        ),
        false=(
            "build_id=GOT6Ei35Cfbh0WM0s3lbpnph431DjdHkLWwdJoxcB7mnUEYxAnO5I6KcmcWVeP3J1wXqox2nhE7LjMAb7enrkyFSw1FKCJrUnpLXTt117YwCJu6WQgTAk55bUX1t1PjSnHjWagspO0w9jqj35shTBoEd280fYfr4HTJyKlPR8N=",
        ),
    ),
)
