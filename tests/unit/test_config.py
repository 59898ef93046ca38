"""unleak.toml and pyproject.toml: rules of the user's own, and what is allowed."""

from pathlib import Path

import pytest

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.config import find_config, read_settings, settings_for
from unleak.detect.files import scan_path
from unleak.detect.git import scan_history, scan_staged
from unleak.detect.scanner import Scanner

FINGERPRINTER = Fingerprinter(b"k" * 32)
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
ACME = "acme_0123456789abcdef"
RULE = """
[[scan.rules]]
id = "acme-token"
pattern = 'acme_[0-9a-f]{16}'
keywords = ["ACME_"]
severity = "critical"
"""


def settings(folder: Path, text: str):
    (folder / "unleak.toml").write_text(text)
    return read_settings(folder / "unleak.toml")


def scanner(folder: Path, text: str) -> Scanner:
    return Scanner(FINGERPRINTER, settings=settings(folder, text))


def found(scanner: Scanner, text: str) -> list[tuple[str, str]]:
    return [(f.rule, text[f.start : f.end]) for f in scanner.scan(text)]


@pytest.mark.parametrize("keywords", ['keywords = ["ACME_"]', ""])
@pytest.mark.parametrize(
    "pattern", ["acme_[0-9a-f]{16}", "use (?P<value>acme_[0-9a-f]{16})", "(?i)ACME_[0-9a-f]{16}"]
)
def test_a_rule_finds_its_group_or_its_match(tmp_path, keywords, pattern):
    rule = f"[[scan.rules]]\nid = 'acme-token'\npattern = '{pattern}'\n{keywords}\n"
    text = f"\n\nx = 1\nuse {ACME} now\n"
    assert found(scanner(tmp_path, rule), text) == [("acme-token", ACME)]


def test_a_rule_has_the_kind_and_the_score_it_says(tmp_path):
    more = "kind = 'acme'\nalert = false\n"
    [finding] = scanner(tmp_path, RULE + more).scan(ACME)
    assert (finding.kind, finding.alert) == ("acme", False)
    [finding] = scanner(tmp_path, RULE + "score = 0.8").scan(ACME)
    assert (finding.kind, finding.alert, finding.score) == ("acme-token", True, 0.8)
    assert scanner(tmp_path, RULE + "min_entropy = 4.5").scan(ACME) == []


def test_a_pattern_that_matches_nothing_at_all_gives_no_empty_findings(tmp_path):
    text = "[[scan.rules]]\nid = 'x'\npattern = '(?P<value>z)?'\n"
    assert found(scanner(tmp_path, text), "a z\n") == [("x", "z")]


def test_a_rule_can_be_disabled(tmp_path):
    text = f'token = "{TOKEN}"'
    disabled = scanner(tmp_path, '[scan]\ndisable = ["github-token"]')
    assert "github-token" in [rule for rule, _ in found(Scanner(FINGERPRINTER), text)]
    assert "github-token" not in [rule for rule, _ in found(disabled, text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[scan.rules]]\nid = 'x'\npattern = '(a'", r"rule x: its pattern is broken at char"),
        ("[[scan.rules]]\nid = 'x'", "rule x: it has no pattern"),
        ("[[scan.rules]]\npattern = 'x'", "number 1: id must be"),
        (RULE + "severity2 = 1\nscore = 2", "rule acme-token: score must be"),
        (RULE + "score = true", "rule acme-token: score must be"),
        (RULE + "score = 0.5\nalert = true", "score or alert"),
        (RULE.replace("critical", "huge"), "severity must be one of low"),
        (RULE.replace('["ACME_"]', '[""]'), "keywords must be a list of texts"),
        (RULE + RULE, "there is one of this id"),
        (RULE.replace("acme-token", "github-token"), "there is one of this id"),
        ("[scan]\ndisable = ['github-tokn']", r"no rule github-tokn \(did you mean github-token"),
        ("[scan]\ndisable = 'x'", "disable must be a list"),
        ("[scan.rules]\nid = 'x'", r"\[\[scan.rules\]\]"),
        ("[scan]\nallow = 3", r"\[scan.allow\]"),
        ("[scan.allow]\npaths = ['!a']", r"paths: !a: a glob cannot be negated"),
        ("[scan.allow]\npatterns = ['(']", "allow.patterns: its pattern is broken"),
        ("[scan.allow.rules]\nnone = ['a']", "there is no rule none"),
        ("[scan.allow]\nrules = ['a']", "rules must be a table"),
        ("scan = 3", "scan must be a table"),
        ("[scan", "not TOML"),
        ("\xff", "not TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(tmp_path, text, words):
    with pytest.raises(UsageError, match=words) as caught:
        settings(tmp_path, text)
    assert str(tmp_path / "unleak.toml") in str(caught.value)


def test_a_secret_among_the_fingerprints_is_not_shown(tmp_path):
    with pytest.raises(UsageError, match="number 1 is none") as caught:
        settings(tmp_path, f"[scan.allow]\nfingerprints = ['{TOKEN}']")
    assert TOKEN not in str(caught.value)


def test_unknown_keys_are_warned_about_by_name(tmp_path):
    text = f"rule = 1\n[scan]\ndisabel = []\n{RULE}keyword = 'x'\n[scan.allow]\npath = []\n"
    warnings = "\n".join(settings(tmp_path, text).warnings)
    for words in ("disabel (did you mean disable?)", "acme-token: unknown key keyword", "key path"):
        assert words in warnings
    assert "unknown key rule" in warnings


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", r"(\w+\s?)*;", "(x+x+)+y", r"acme_(\w{1,3})*!", r"\bacme_(?P<value>(a+)+$)"],
)
def test_a_pattern_that_may_take_forever_is_refused(tmp_path, pattern):
    with pytest.raises(UsageError, match="rule slow: its pattern may take forever"):
        settings(tmp_path, f"{RULE}[[scan.rules]]\nid = 'slow'\npattern = '{pattern}'\n")


def test_patterns_as_people_write_them_pass_the_trial(tmp_path):
    patterns = [
        r"""(?i)acme.*(?:key|token)\s*[:=]\s*["\x27](?P<value>[^"\x27]{8,})["\x27]""",
        r"\bacme_[A-Za-z0-9]+\b",
        r"(?P<value>[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3})",
    ]
    rules = (f"[[scan.rules]]\nid='r{i}'\npattern='''{p}'''\n" for i, p in enumerate(patterns))
    assert len(settings(tmp_path, "".join(rules)).rules) == len(patterns)


@pytest.mark.parametrize(
    ("glob", "matched", "other"),
    [
        ("*.lock", ["a.lock", "x/y/b.lock"], ["a.lock2", "lock"]),
        ("build/", ["build/a", "x/build/y/z"], ["build", "rebuild/a"]),
        ("/build", ["build", "build/a"], ["x/build"]),
        ("tests/data", ["tests/data/a"], ["x/tests/data", "tests/data2"]),
        ("tests/**", ["tests/a", "tests/b/c"], ["tests2/a"]),
        ("**/data/*.json", ["data/a.json", "x/y/data/b.json"], ["data/x/a.json"]),
        ("a?[0-9].py", ["ab1.py"], ["a/1.py", "abc.py"]),
        ("a[!0-9]", ["ab"], ["a1"]),
        ("a+(b).txt", ["a+(b).txt"], ["aab.txt"]),
    ],
)
def test_globs_are_those_of_gitignore(tmp_path, glob, matched, other):
    allow = settings(tmp_path, f"[scan.allow]\npaths = ['{glob}']").allow
    assert all(allow.file(tmp_path / name) for name in matched)
    assert not any(allow.file(tmp_path / name) for name in [*other, "../" + matched[0]])


def test_values_are_allowed_by_fingerprint_and_by_pattern(tmp_path):
    print_ = FINGERPRINTER.fingerprint(TOKEN)
    allowed = scanner(tmp_path, f"{RULE}[scan.allow]\nfingerprints = ['{print_}']")
    assert found(allowed, f'"{TOKEN}" {ACME}') == [("acme-token", ACME)]
    allowed = scanner(tmp_path, f"{RULE}[scan.allow]\npatterns = ['^acme_0123']")
    assert [value for _, value in found(allowed, f'"{TOKEN}" {ACME}')] == [TOKEN]


def places(located) -> list[str]:
    return [f.path for f in located if f.finding.rule == "acme-token"]


@pytest.fixture
def repository(tmp_path, git):
    text = '[scan.allow]\npaths = ["skipped/"]\n[scan.allow.rules]\nacme-token = ["*.md"]\n'
    (tmp_path / "unleak.toml").write_text(RULE + text)
    for name in ("a.py", "a.md", "skipped/a.py"):
        (tmp_path / "code" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "code" / name).write_text(f"{ACME}\n")
    git("add", ".")
    return tmp_path, git


def test_the_example_in_the_documentation_works(tmp_path):
    document = Path(__file__).parents[2] / "docs" / "scanning.md"
    example = document.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    documented = settings(tmp_path, example)
    assert documented.warnings == ()
    text = "x = acme_" + "0123456789abcdef" * 2
    assert [f.rule for f in Scanner(FINGERPRINTER, settings=documented).scan(text)] == [
        "acme-token"
    ]


def test_every_way_to_scan_has_the_same_configuration(repository):
    folder, git = repository
    below = folder / "code"
    scanner = Scanner(FINGERPRINTER, settings=settings_for(below))
    assert places(scan_path(scanner, below)[0]) == [str(below / "a.py")]
    assert places(scan_staged(scanner, below)) == ["code/a.py"]
    git("commit", "-qm", "all")
    assert [place.split(":")[1] for place in places(scan_history(scanner, below))] == ["code/a.py"]


def test_other_processes_have_the_same_configuration(tmp_path):
    configured = scanner(tmp_path, RULE + "[scan.allow.rules]\nacme-token = ['1*.py']\n")
    for number in range(420):
        (tmp_path / f"{number}.py").write_text(f"{ACME}\n")
    one = scan_path(configured, tmp_path)
    assert len(places(one[0])) == sum(not str(n).startswith("1") for n in range(420))
    assert scan_path(configured, tmp_path, workers=2) == one


def test_the_nearest_configuration_is_taken(repository):
    folder, _ = repository
    (folder / "code" / "pyproject.toml").write_text("[project]\nname = 'unleak'\n")
    assert find_config(folder / "code" / "a.py") == folder / "unleak.toml"
    (folder / "code" / "pyproject.toml").write_text("[tool.unleak.scan]\ndisable = ['email']\n")
    assert find_config(folder / "code") == folder / "code" / "pyproject.toml"
    assert settings_for(folder / "code").disabled == {"email"}
    (folder / "code" / "unleak.toml").write_text("")
    assert find_config(folder / "code") == folder / "code" / "unleak.toml"


def test_outside_of_a_repository_nothing_above_the_folder_counts(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "unleak.toml").write_text(RULE)
    (tmp_path / "below" / "pyproject.toml").write_text("this is [ not TOML")
    assert find_config(tmp_path / "below") is None
    (tmp_path / "below" / "pyproject.toml").write_text("tool = 'unleak'")
    assert find_config(tmp_path / "below") is None
    assert find_config(tmp_path / "file.py") == tmp_path / "unleak.toml"
