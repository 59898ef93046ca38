"""InfluxDB."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="influxdb-token",
        kind="influxdb-token",
        pattern=assigned(
            "influx", r"[A-Za-z0-9_\-]{86}==|apiv3_[A-Za-z0-9_\-]{86}", r"A-Za-z0-9_\-="
        ),
        keywords=("influx",),
        reference="https://docs.influxdata.com/",
        score=0.85,
        min_entropy=3.0,
        true=(
            'INFLUX_TOKEN = "‹SYnrunVTMxreuzsSTKyegx-h30BmYPpssSzfMsLm13DFxFwrUVex7qi0bd6PFAfAAbUNEp_Yrm1sg6XldgpFhf==›"',
        ),
        false=(
            'checksum = "a5wuDidfMqZeSyC7Mwoc3Z0cqhY5GdLm5hWwCySTbWMqnlVywb97fGnPjvjD6vAcgiHD4L9JesPv2WX97fsNvt=="',
        ),
    ),
)
