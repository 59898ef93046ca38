"""crates.io."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="crates-token",
        kind="crates-token",
        pattern=token("cio[A-Za-z0-9]{32}"),
        keywords=("cio",),
        reference="https://doc.rust-lang.org/cargo/reference/publishing.html",
        min_entropy=3.0,
        check="mixed",
        true=("connect('‹ciouBUfqyKlsp4FmH1jgmqUhIRiAOWyYH6G›')",),
    ),
)
