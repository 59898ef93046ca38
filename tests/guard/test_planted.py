"""No planted secret gets through, whatever the dialect and the chunking."""

import random

import httpx
import pytest
from harness import SHIELD, Script, ask
from model_server import ModelServer
from served import running
from test_modes import pieces_of
from wire import STREAMED

from unleak.core.finding import REDACT_SCORE, redact
from unleak.detect.rules import all_rules
from unleak.guard.app import Guard
from unleak.guard.relay import Mode
from unleak.guard.stats import Stats
from unleak.guard.upstream import Upstream

BEFORE = ("", "# settings\n", "import os\n\n\ndef main():\n    ", "Here is the file:\n\n```\n")
BEHIND = ("\n", "\nprint(1)\n", "\n\nThat is all.\n", "")


def planted():
    """(text, secret) of every example of a rule that is found by itself."""
    found = []
    for rule in all_rules():
        for example in rule.true:
            text = example.replace("‹", "").replace("›", "")
            for finding in SHIELD.scanner.scan(text):
                value = finding.secret.reveal()
                if finding.score >= REDACT_SCORE and text.count(value) == 1 and len(value) > 7:
                    found.append((text, value))
    return found


PLANTED = planted()


def leaks(number, text, secret, size):
    rng = random.Random(number)
    wire = STREAMED[number % len(STREAMED)]
    whole = BEFORE[number % 4] + text + BEHIND[number // 4 % 4]
    body = wire.stream(pieces_of(whole, range(0, len(whole) + 1, size)))
    chunks, at = [], 0
    while at < len(body):
        step = rng.randint(1, 4 * size + 40)
        chunks.append(body[at : at + step])
        at += step
    answer = ask(Script(chunks, wire.kind), wire.path, wire.ask("x\n", True))
    shown = wire.texts(answer.body, True)[0]
    assert len(shown) == len(whole)
    return secret in shown


def test_no_planted_secret_gets_through():
    """A sample of the thousand."""
    chosen = PLANTED[:: len(PLANTED) // 100]
    assert not [n for n, (text, secret) in enumerate(chosen) if leaks(n, text, secret, 1 + n % 9)]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3, 16, 1000])
def test_none_of_a_thousand_gets_through(size):
    many = (PLANTED * 2)[:1000]
    assert len(many) == 1000
    assert not [n for n, (text, secret) in enumerate(many) if leaks(n, text, secret, size)]


def test_what_the_embedded_model_memorised_does_not_get_through(demo, planted_cases):
    sightings = []

    class App:
        def __init__(self, url):
            self.url, self.guard = url, None

        async def __call__(self, scope, receive, send):
            if self.guard is None:
                self.sender = Upstream(self.url)
                self.guard = Guard(self.sender, SHIELD, Mode.REDACT, sightings.append, Stats())
            await self.guard(scope, receive, send)

        async def close(self):
            await self.sender.close()

    written = masked = 0
    with running(ModelServer(demo)) as behind, running(App(behind)) as url:
        for number, case in enumerate(planted_cases[::60]):
            body = {"model": "demo", "prompt": case.prefix, "stream": number % 2 == 0}
            straight = httpx.post(f"{behind}/v1/completions", json=body, timeout=120)
            guarded = httpx.post(f"{url}/v1/completions", json=body, timeout=120)
            text = STREAMED[0].texts(straight.content, body["stream"])[0]
            shown = STREAMED[0].texts(guarded.content, body["stream"])[0]
            found = [
                f
                for f in SHIELD.scanner.scan(case.prefix + text)
                if f.score >= REDACT_SCORE and f.end > len(case.prefix)
            ]
            assert shown == redact(case.prefix + text, found)[len(case.prefix) :]
            written += case.secret.reveal() in text
            masked += case.secret.reveal() in text and case.secret.reveal() not in shown
    assert written >= masked >= 2
    assert "memorised" in {s.verdict for s in sightings}
