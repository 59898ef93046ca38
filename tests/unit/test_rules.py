"""Every rule against its own examples."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from unleak.core.secret import Fingerprinter
from unleak.detect.checks import CHECKS
from unleak.detect.prefilter import DIGIT, LONG_RUN, folded
from unleak.detect.rule import Severity, assigned, token
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner

TRUE = [(rule, example) for rule in all_rules() for example in rule.true]
FALSE = [(rule, example) for rule in all_rules() for example in rule.false]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(Fingerprinter(b"k" * 32))


def plain(example: str) -> str:
    return example.replace("‹", "").replace("›", "")


@pytest.mark.parametrize(("rule", "example"), TRUE, ids=lambda x: getattr(x, "id", "example"))
def test_true_examples_give_exactly_the_marked_span(scanner, rule, example):
    text = plain(example)
    expected = example.index("‹"), example.index("›") - 1
    found = scanner.scan(text)
    assert [(f.start, f.end) for f in found] == [expected]
    assert found[0].kind == rule.kind
    assert found[0].secret.reveal() == text[slice(*expected)]


def test_each_rule_finds_its_own_examples():
    for rule, example in TRUE:
        values = [match["value"] for match in rule.regex.finditer(plain(example))]
        assert example[example.index("‹") + 1 : example.index("›")] in values, rule.id


@pytest.mark.parametrize(("rule", "example"), FALSE, ids=lambda x: getattr(x, "id", "example"))
def test_false_examples_give_nothing_of_the_kind(scanner, rule, example):
    assert [f for f in scanner.scan(example) if f.kind == rule.kind] == []


def test_ids_are_unique_and_each_rule_has_a_true_example():
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert all(rule.true for rule in all_rules())


def test_there_are_at_least_two_hundred_kinds():
    assert len({rule.kind for rule in all_rules()}) >= 200


def test_the_data_of_each_rule_is_sound():
    for rule in all_rules():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id), rule.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.kind), rule.id
        assert rule.severity in get_args(Severity), rule.id
        assert 0 < rule.score < 1, rule.id
        assert rule.check in ("", *CHECKS), rule.id
        assert rule.reference.startswith("https://"), rule.id
        assert "value" in rule.regex.groupindex, rule.id


def test_what_a_rule_is_filtered_by_occurs_in_every_match():
    for rule, example in TRUE:
        for match in rule.regex.finditer(plain(example)):
            found = any(folded(keyword) in folded(match[0]) for keyword in rule.keywords)
            assert found or (rule.long and not rule.keywords), rule.id
            assert not rule.long or LONG_RUN.search(match[0]), rule.id
            assert not rule.digit or DIGIT.search(match[0]), rule.id


def test_keywords_are_rare_enough_to_filter_by():
    for rule in all_rules():
        # An e-mail address has nothing fixed but its sign, which is rarer than most three letters.
        shortest = 1 if rule.kind == "email" else 3
        assert rule.keywords or rule.long, rule.id
        assert all(k == k.lower() and len(k) >= shortest for k in rule.keywords), rule.id
        assert len(rule.keywords) == len(set(rule.keywords)), rule.id


@pytest.mark.parametrize("end_of_line", ["\r", "\n"])
def test_a_match_stays_in_its_line(end_of_line):
    for rule, example in TRUE:
        text = plain(example)
        for place in range(0 if rule.multiline else len(text) + 1):
            for match in rule.regex.finditer(f"{text[:place]}{end_of_line}{text[place:]}"):
                assert end_of_line not in match[0], rule.id


FORMS = (
    'MAILER_KEY = "{}"',
    "MAILER_API_KEY={}",
    "mailerKey: {}",
    '"mailer_key": "{}",',
    '\\"mailer_key\\": \\"{}\\"',
    "'mailer.key' => '{}',",
    "mailer_key := {}",
    "MAILER_KEY ?= {}",
    "<mailerKey>{}</mailerKey>",
    '<add key="MailerKey" value="{}" />',
    '{{"name": "MAILER_KEY", "value": "{}"}}',
    "set('mailer.key', '{}')",
    'client.setMailerKey("{}")',
    "new Mailer('{}')",
    "--mailer-key {}",
    "--mailer-key={}",
    "ENV MAILER_KEY {}",
    "define('MAILER_KEY', '{}');",
    '#define MAILER_KEY "{}"',
    'mailer_key: str = "{}"',
    'const mailerKey string = "{}"',
    'val mailerKey: String = "{}"',
    'static const char MAILER_KEY[] = "{}";',
    'os.environ["MAILER_KEY"] = "{}"',
    'os.environ.get("MAILER_KEY", "{}")',
    'process.env.MAILER_KEY || "{}"',
    "${{MAILER_KEY:-{}}}",
    "config['mailer']['key'] = '{}';",
    'mailer_key = []byte("{}")',
    'mailer_keys = ["{}"]',
    "# Mailer API key: {}",
    "callback?mailer_key={}&page=1",
    'mailer-key: "Bearer {}"',
    'mailer_key <- "{}"',
)


@pytest.mark.parametrize("form", FORMS)
def test_assigned_covers_the_forms_of_settings(form):
    match = re.search(assigned("mailer", "[0-9a-f]{16}"), form.format("4e6eec4578bc54e5"))
    assert match is not None
    assert match["value"] == "4e6eec4578bc54e5"


@pytest.mark.parametrize(
    "text",
    [
        'etag = "4e6eec4578bc54e5"',
        "trailer_key = 4e6eec4578bc54e5",
        "mailer_key = 4e6eec4578bc54e50",
        "mailer_sha256 = 4e6eec4578bc54e5",
    ],
)
def test_assigned_wants_the_name_and_the_whole_value(text):
    assert re.search(assigned("mailer", "[0-9a-f]{16}"), text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tok_0123", True),
        ("'tok_0123'", True),
        (r"a\ntok_0123", True),
        ("key%3Dtok_0123", True),
        ("my_tok_0123", True),
        ("xtok_0123", False),
        ("tok_01234", False),
    ],
)
def test_a_token_ends_where_its_alphabet_does(text, found):
    assert bool(re.search(token("tok_[0-9]{4}"), text)) is found


HOSTILE = Path(__file__).parents[2] / "bench" / "detection" / "hostile.py"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a limit of processor time")
def test_no_pattern_backtracks_without_end_on_hostile_text():
    """The script ends itself when a rule exceeds a budget that only backtracking can use up."""
    rules = all_rules()
    names = [*(rule.id for rule in rules), "the scanner on lines of one sign"]
    endless: list[str] = []
    start = 0
    while start < len(names):
        done = subprocess.run(
            [sys.executable, str(HOSTILE), str(start)], stdout=subprocess.PIPE, text=True
        )
        last = int(done.stdout.split()[-1])
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGVTALRM, names[last]
        endless.append(names[last])
        start = last + 1
    assert endless == []


def test_every_beginning_of_an_example_is_scanned(scanner):
    for _, example in TRUE:
        text = plain(example)
        for end in range(0, len(text), 3):
            scanner.scan(text[:end])
