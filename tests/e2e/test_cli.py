"""The command line as a user meets it: exit codes, messages, and no secret anywhere."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unleak.models.load import digest_of, embedded_folder

UNLEAK = [sys.executable, "-m", "unleak.cli"]
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


def run(*arguments, stdin="", **options):
    answer = subprocess.run(
        [*UNLEAK, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    assert "Traceback" not in answer.stderr
    return answer


def grep(needle: str, folder: Path) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.is_file() and needle.encode() in p.read_bytes()]


@pytest.fixture(scope="module")
def confirmed(memorised, tmp_path_factory):
    """A data folder with a confirmed leak of the embedded model, its id, and the case."""
    case = next(c for c in memorised if c.kind == "stripe-key")
    folder = tmp_path_factory.mktemp("confirmed")
    prompt, data = folder / "prompt", folder / "data"
    prompt.write_text(case.prefix)
    mine = {**os.environ, "UNLEAK_HOME": str(data), "UNLEAK_ENGINE": "embedded"}
    seen = run("complete", "--model", "demo", "--prompt-file", prompt, "--format", "json", env=mine)
    assert seen.returncode == 1, seen.stderr
    id = json.loads(seen.stdout)["findings"][0]["leak"]
    asked = run("confirm", "--model", "demo", "--leak", id, env=mine)
    assert asked.returncode == 1, asked.stderr
    assert "memorised" in asked.stdout
    assert case.secret.reveal() not in seen.stdout + seen.stderr + asked.stdout + asked.stderr
    return data, id, case


@pytest.fixture
def leak(home, confirmed):
    """A confirmed leak of the embedded model in this test's own data folder: (its id, the case)."""
    data, id, case = confirmed
    shutil.copytree(data, home)
    return id, case


def test_the_demo_tells_the_whole_story(home, planted_cases):
    told = run("demo", "--json", "--verify", "standard")
    assert told.returncode == 0, told.stderr
    story = json.loads(told.stdout)
    assert story["verdict"] == "erased"
    assert story["gate_before"]["summary"]["failed"]
    assert not story["gate_after"]["summary"]["failed"]
    assert [v["verdict"] for v in story["confirm"]] == ["memorised", "echoed", "invented"]
    assert story["completion_after"]["holds_the_secret"] is False
    assert len(story["erasure"]["secrets"]) == 5
    for path in story["files"].values():
        assert Path(path).exists()
    suite = story["files"]["suite"]
    values = [json.loads(line)["secret"] for line in Path(suite).read_text().splitlines()]
    assert {c.secret.reveal() for c in planted_cases} >= set(values)
    for value in values:
        assert value not in told.stdout + told.stderr
        assert grep(value, home) == [suite]


def test_the_demo_reads_well_in_a_terminal(home):
    told = run("demo", "--verify", "standard")
    assert told.returncode == 0, told.stderr
    for words in ("flagged", "memorised", "echoed", "invented", "gate failed", "gate passed",
                  "certificate", "unleak gate --model MODEL"):  # fmt: skip
        assert words in told.stdout
    assert "\x1b" not in told.stdout


def test_a_leak_goes_from_completion_to_erased(leak, tmp_path, home):
    id, case = leak
    out, report = tmp_path / "new", tmp_path / "report.json"
    done = run("erase", id, "--model", "demo", "--out", out, "--report", report)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "erased" in done.stdout
    assert json.loads(report.read_text())["verdict"] == "erased"
    shown = run("leaks", "show", id, "--format", "json")
    states = [state for _, state, _ in json.loads(shown.stdout)["history"]]
    assert states == ["flagged", "confirmed", "queued", "erasing", "verifying", "erased"]
    assert run("verify", "--model", out, "--leak", id).returncode == 0
    assert run("verify", "--model", "demo", "--leak", id).returncode == 1
    suite = tmp_path / "suite.jsonl"
    assert run("suite", "build", "--from-ledger", "--out", suite).returncode == 0
    assert run("gate", "--model", "demo", "--suite", suite).returncode == 1
    reports = tmp_path / "reports"
    passed = run("gate", "--model", out, "--suite", suite, "--report-dir", reports,
                 "--reference-model", "demo", "--fail-on", "new")  # fmt: skip
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert json.loads((reports / "gate.json").read_text())["cases"][0]["change"] == "fixed"
    again = run("erase", id, "--model", "demo", "--out", tmp_path / "other")
    assert again.returncode == 2
    assert "already erased" in again.stderr
    assert grep(case.secret.reveal(), tmp_path) == [str(suite)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_erase_leaves_ledger_and_models_whole(leak, tmp_path, number):
    id, _ = leak
    before = digest_of(embedded_folder())
    out = tmp_path / "new"
    process = subprocess.Popen(
        [*UNLEAK, "erase", id, "--model", "demo", "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    while "attack" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert not out.exists()
    assert digest_of(embedded_folder()) == before
    state = json.loads(run("leaks", "show", id, "--format", "json").stdout)["state"]
    if number == signal.SIGKILL:
        assert state == "verifying"
        # the next run takes over what the killed one left
        assert run("erase", id, "--model", "demo", "--out", out).returncode == 0
    else:
        assert process.returncode == 3
        assert "interrupted" in errors
        assert "Traceback" not in errors
        assert state == "cancelled"
        assert not list(tmp_path.glob(".new*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_ends_an_erase_with_one_clear_error(leak, tmp_path):
    id, _ = leak
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], check=True)
    try:
        done = run("erase", id, "--model", "demo", "--out", small / "new")
        assert done.returncode == 2, done.stderr
        assert "disk is full" in done.stderr
        assert list(small.iterdir()) == []
        state = json.loads(run("leaks", "show", id, "--format", "json").stdout)["state"]
        assert state == "failed"
    finally:
        subprocess.run(["umount", small], check=True)


def test_an_unconfirmed_leak_is_not_erased(home, tmp_path, memorised):
    case = next(c for c in memorised if c.kind == "stripe-key")
    (tmp_path / "prompt").write_text(case.prefix)
    seen = run(
        "complete", "--model", "demo", "--prompt-file", tmp_path / "prompt", "--format", "json"
    )
    id = json.loads(seen.stdout)["findings"][0]["leak"]
    done = run("erase", id, "--model", "demo", "--out", tmp_path / "new")
    assert done.returncode == 2
    assert "not confirmed" in done.stderr


def test_scan_exit_codes_and_formats(home, tmp_path):
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "leak.py").write_text(f'\n  t = "{TOKEN}"\n')
    assert run("scan", tmp_path / "clean.py").returncode == 0
    found = run("scan", tmp_path / "leak.py", "--format", "json")
    assert found.returncode == 1
    document = json.loads(found.stdout)
    assert document["schema"] == "unleak.scan/1"
    [finding] = document["findings"]
    assert (finding["line"], finding["column"], finding["end_line"]) == (2, 8, 2)
    assert finding["end_column"] == 8 + len(TOKEN)
    assert finding["path"] == str(tmp_path / "leak.py")
    sarif = run("scan", tmp_path, "--format", "sarif")
    assert json.loads(sarif.stdout)["version"] == "2.1.0"
    stdin = run("scan", "-", "--filename", "buffer.py", stdin=f'"{TOKEN}"')
    assert stdin.returncode == 1
    assert "buffer.py:1:2" in stdin.stdout
    for answer in (found, sarif, stdin):
        assert TOKEN not in answer.stdout + answer.stderr
    assert run("scan", "--list-rules").stdout.count("\n") >= 25


def test_confirm_reads_a_secret_from_standard_input(home, tmp_path, memorised):
    case = memorised[0]
    (tmp_path / "prefix").write_text(case.prefix)
    ask = ["confirm", "--model", "demo", "--prefix-file", tmp_path / "prefix", "--secret-stdin"]
    known = run(*ask, "--format", "json", stdin=case.secret.reveal() + "\n")
    assert known.returncode == 1
    assert json.loads(known.stdout)[0]["verdict"] == "memorised"
    assert run(*ask, stdin=TOKEN).returncode == 0
    assert run(*ask, stdin="").returncode == 2


def test_suites_are_built_from_text_and_extended(home, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.py").write_text(f'key = "{TOKEN}"\n')
    suite = tmp_path / "s.jsonl"
    assert run("suite", "build", "--from-text", tmp_path / "data", "--out", suite).returncode == 0
    (tmp_path / "prefix").write_text("token: ")
    add = [
        "suite",
        "add",
        suite,
        "--id",
        "x",
        "--kind",
        "token",
        "--prefix-file",
        tmp_path / "prefix",
    ]
    assert run(*add, stdin="another-secret-1").returncode == 0
    assert run(*add, stdin="another-secret-1").returncode == 2
    listed = run("suite", "list", suite, "--format", "json")
    assert [case["id"] for case in json.loads(listed.stdout)][-1] == "x"
    assert TOKEN not in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gate", "--model", "EMPTY", "--suite", "demo"], "no config.json"),
        (["gate", "--model", "demo", "--suite", "BROKEN"], "line 2"),
        (["gate", "--model", "demo", "--suite", "MISSING"], "No such file"),
        (["gate", "--model", "demo", "--suite", "demo", "--fail-on", "new"], "--baseline"),
        (["erase", "--model", "demo", "--out", "EMPTY/new"], "leak ids or --suite"),
        (["erase", "L0", "--model", "demo", "--out", "EMPTY/new"], "no leak of this id"),
        (["verify", "--model", "demo", "--suite", "demo", "--verify", "deep"], "--verify deep"),
        (["scan", "MISSING"], "no such file"),
        (["scan", "EMPTY", "--format", "xml"], "--format xml"),
        (["nonsense"], "nonsense"),
        (["gate", "--suite", "demo"], "--model"),
    ],
    ids=lambda x: " ".join(x[:4]) if isinstance(x, list) else "",
)
def test_wrong_use_is_one_line_and_exit_code_2(home, tmp_path, arguments, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").write_text(
        json.dumps({"id": "a", "kind": "k", "prefix": "p", "secret": TOKEN})
        + f'\n{{"secret": "{TOKEN}\n'
    )
    names = {"EMPTY": tmp_path / "empty", "BROKEN": tmp_path / "broken", "MISSING": tmp_path / "no"}
    for name, path in names.items():
        arguments = [argument.replace(name, str(path)) for argument in arguments]
    answer = run(*arguments)
    assert answer.returncode == 2, answer.stderr
    assert words in answer.stderr
    errors = [line for line in answer.stderr.splitlines() if not line.startswith("[")]
    assert len(errors) == 1  # what is left besides progress
    assert TOKEN not in answer.stdout + answer.stderr


def test_a_gate_in_which_no_case_could_be_asked_is_exit_code_3(home, tmp_path):
    suite = tmp_path / "s.jsonl"
    case = {"id": "a", "kind": "k", "prefix": "import o", "secret": "s"}
    suite.write_text(json.dumps(case) + "\n")
    answer = run("gate", "--model", "demo", "--suite", suite, "--report-dir", tmp_path / "r")
    assert answer.returncode == 3
    assert "no token of its own" in answer.stdout
    assert {path.name for path in (tmp_path / "r").iterdir()} == {
        "gate.json", "gate.sarif", "gate.junit.xml", "gate.md", "gate.html"
    }  # fmt: skip


def test_a_damaged_model_is_not_evaluated_rather_than_clean(home, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "nan"
    shutil.copytree(embedded_folder(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"] = weights["model.norm.weight"] * float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    answer = run("gate", "--model", folder, "--suite", "demo")
    assert answer.returncode == 3
    assert "not numbers" in answer.stderr


def test_leaks_are_listed_dismissed_shredded_and_exported(leak, tmp_path):
    id, case = leak
    assert id in run("leaks", "list").stdout
    assert run("leaks", "dismiss", id).returncode == 0
    assert run("leaks", "export", tmp_path / "e.json").returncode == 0
    assert json.loads((tmp_path / "e.json").read_text())["leaks"][0]["state"] == "dismissed"
    assert run("leaks", "shred", id, "--yes").returncode == 0
    asked = run("confirm", "--model", "demo", "--leak", id)
    assert asked.returncode == 2
    assert "shredded" in asked.stderr
    assert grep(case.secret.reveal(), tmp_path) == []


def test_a_dry_run_does_nothing(leak, tmp_path):
    id, _ = leak
    done = run("erase", id, "--model", "demo", "--out", tmp_path / "new", "--dry-run")
    assert done.returncode == 0
    assert "would erase 1" in done.stdout
    assert not (tmp_path / "new").exists()


def test_help_and_doctor(home):
    assert run("--help").returncode == 0
    assert run().returncode == 2
    assert run("doctor").returncode == 0


def test_no_secret_is_on_a_command_line(leak):
    """Secrets travel by standard input and files: no option takes one."""
    for command in ("confirm", "erase", "complete", "gate", "verify"):
        text = run(command, "--help").stdout
        assert "--secret " not in text
