"""Sauce Labs and BrowserStack."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="saucelabs-key",
        kind="saucelabs-key",
        pattern=assigned("sauce", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        keywords=("sauce",),
        reference="https://docs.saucelabs.com/",
        score=0.85,
        min_entropy=3.0,
        true=('SAUCE_ACCESS_KEY = "‹169fed82-c1c0-4cd1-bb7b-3d8ad394e099›"',),
        false=('checksum = "aac87751-1a6b-48a3-b7ae-613a909b3e4b"',),
    ),
    Rule(
        id="browserstack-key",
        kind="browserstack-key",
        pattern=assigned("browser_?stack", "[A-Za-z0-9]{20}"),
        keywords=("browser",),
        reference="https://www.browserstack.com/docs",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('"browserstack_access_key": "‹9DZQfr0bheJ7cqIXztPH›",',),
        false=("commit: QNQT6iBUneQqdIVTYWQw",),
    ),
)
