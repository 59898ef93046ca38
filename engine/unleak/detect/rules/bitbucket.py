"""Bitbucket."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="bitbucket-app-password",
        kind="bitbucket-app-password",
        pattern=token(
            r"ATBB[A-Za-z0-9]{24}[A-F0-9]{8}|ATBB[A-Za-z0-9_=.\-]{32}", r"A-Za-z0-9_=.\-"
        ),
        keywords=("atbb",),
        reference="https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/",
        min_entropy=3.0,
        true=('"token": "‹ATBB1AKD5DnxdtAuJvMtdpcOV2yK41525721›"',),
    ),
    Rule(
        id="bitbucket-access-token",
        kind="bitbucket-access-token",
        pattern=token(r"ATCTT3xFfG[A-Za-z0-9_=\-]{60,220}", r"A-Za-z0-9_=\-"),
        keywords=("atctt3xffg",),
        reference="https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/",
        min_entropy=3.0,
        true=(
            "export TOKEN=‹ATCTT3xFfGN0V6IL_bH1fbdqkHEd8gJgWK9aNdMtPktAFyeOihBEIP_w9APdb-exEo1NXLIDIluY1CLQqLGeqLMoFWgrVRiOqwrzTUR4d_TAmDQI250LofO5P7E014sjbN4Si07BE-UIEVcXlW97aD7PAI7ox68bHCYWHs4bSLTGSM=F5C72096›",
        ),
    ),
    Rule(
        id="bitbucket-secret",
        kind="bitbucket-secret",
        pattern=assigned(
            "bitbucket",
            r"[A-Za-z0-9]{18,20}|[A-Za-z0-9_=\-]{32}|[A-Za-z0-9_=\-]{64}",
            r"A-Za-z0-9_=\-",
        ),
        keywords=("bitbucket",),
        reference="https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=('bitbucketClientSecret := "‹7gCVy82SO32TWoRmLlNDzA2iJSt7ExyI›"',),
        false=('checksum = "O5uNqAJ5qU8YuiBMvdhES3IHGBm7ibVc"',),
    ),
)
