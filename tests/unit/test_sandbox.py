"""Programs that try to get out of the sandbox, and HumanEval judged in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unleak.core.errors import EvaluationError, UsageError
from unleak.erase.humaneval import (
    PROBLEMS,
    Problem,
    Score,
    completions,
    humaneval,
    passes,
    problems,
)
from unleak.erase.sandbox import run as sandbox
from unleak.erase.sandbox.run import Limits, run

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the sandbox is made of Linux namespaces"
)
QUICK = Limits(seconds=1)


def test_a_program_runs_and_says_so():
    ran = run("import hashlib, json, math\nprint(math.comb(5, 2))")
    assert (ran.code, ran.stopped, ran.output) == (0, "", b"10\n")
    assert run("raise SystemExit(7)").code == 7
    assert run("import os; os._exit(99)").code == 99


def test_there_is_no_network():
    ran = run("import socket\nsocket.create_connection(('127.0.0.1', 1))")
    assert ran.code != 0
    assert b"not permitted" in ran.output
    # Nor is there one for what does not ask Python's socket module.
    ran = run(
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.socket(2, 1, 0), ctypes.get_errno())"
    )
    assert ran.output == b"-1 1\n"


@pytest.mark.parametrize(
    "program",
    [
        "import os\nwhile True: os.fork()",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])",
        "import threading\nfor _ in range(9): threading.Thread(target=input).start()",
    ],
    ids=["fork", "subprocess", "threads"],
)
def test_there_is_no_second_process(program):
    ran = run(program, QUICK)
    assert ran.code not in {0, None}


def test_memory_ends():
    ran = run("held = bytearray(3 << 30)\nprint('got it')")
    assert b"MemoryError" in ran.output
    ran = run("held = []\nwhile True: held.append(bytearray(1 << 20))", Limits(memory=300 << 20))
    assert ran.code != 0


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "import time\ntime.sleep(3600)",
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
    ],
    ids=["busy", "asleep", "stubborn"],
)
def test_time_ends(program):
    ran = run(program, QUICK)
    assert (ran.code, ran.stopped) == (None, "time") or ran.code == 137


def test_gigabytes_of_output_end():
    ran = run("while True: print('a' * 100_000)")
    assert ran.stopped == "output"
    assert len(ran.output) == Limits().output


def test_nothing_outside_is_written(tmp_path):
    target = tmp_path / "escaped"
    places = [
        str(target),
        "/usr/escaped",
        "/escaped",
        "/etc/escaped",
        "/var/escaped",
        sys.prefix,
    ]
    program = (
        f"for place in {places!r}:\n"
        "    try:\n        open(place, 'w').write('x')\n        print('wrote', place)\n"
        "    except OSError as error:\n        print(type(error).__name__)\n"
        "open('/tmp/mine', 'w').write('x')\nprint(open('/tmp/mine').read())"
    )
    ran = run(program)
    assert b"wrote" not in ran.output
    assert ran.output.endswith(b"x\n")  # a place of its own it has
    assert not target.exists()
    assert not Path("/tmp/mine").exists()  # noqa: S108


def test_files_do_not_grow_without_end():
    assert b"File too large" in run("open('/tmp/a', 'wb').write(bytes(64 << 20))").output
    many = "for i in range(99): open(f'/tmp/{i}', 'wb').write(bytes(3 << 20))"
    assert b"No space left" in run(many).output


def test_home_key_and_environment_are_not_there(tmp_path, monkeypatch):
    key = tmp_path / "key"
    key.write_text("c2VjcmV0")
    monkeypatch.setenv("UNLEAK_KEY", "c2VjcmV0")
    program = (
        "import glob, os\n"
        f"print(os.path.exists({str(key)!r}), os.path.exists('/proc'), os.path.exists('/dev'))\n"
        f"print(os.path.exists({str(Path(__file__))!r}), sorted(os.environ), os.getuid())"
    )
    ran = run(program)
    assert ran.output.splitlines()[0] == b"False False False"
    assert b"False" in ran.output.splitlines()[1]
    assert b"UNLEAK" not in ran.output
    assert ran.output.split()[-1] != b"0"


def test_no_other_process_is_seen_or_killed():
    ran = run(
        "import os, signal\n"
        "print(os.getpid() < 10, flush=True)\n"
        f"for pid in ({os.getpid()}, os.getppid(), -1, 0):\n"
        "    try: os.kill(pid, signal.SIGTERM)\n"
        "    except OSError: pass\n"
    )
    assert b"True" in ran.output  # numbered anew
    assert run("print('still here')").output == b"still here\n"


def test_new_namespaces_and_tracing_are_refused():
    ran = run(
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "for call in (lambda: libc.unshare(0x10000000), lambda: libc.ptrace(0, 0, 0, 0),\n"
        "             lambda: libc.mount(b'x', b'/tmp', b'tmpfs', 0, None)):\n"
        "    print(call())"
    )
    assert ran.output == b"-1\n-1\n-1\n"


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run("import time\ntime.sleep(60)", QUICK)
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_shut_in_nothing_is_run(tmp_path, monkeypatch):
    """A kernel without a part of it, played by a libc whose unshare is refused."""
    jail = tmp_path / "jail.py"
    text = sandbox._JAIL.read_text()
    jail.write_text(text.replace("_libc.unshare(own", "_libc.unshare(-1 ^ own"))
    assert jail.read_text() != text
    monkeypatch.setattr(sandbox, "_JAIL", jail)
    with pytest.raises(EvaluationError, match=r"namespaces \(unshare\).*--humaneval"):
        run("print('unprotected')")
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(EvaluationError, match="darwin"):
        run("print('unprotected')")


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="this user is not root")
def test_another_user_is_shut_in_as_well(tmp_path):
    """By way of a user namespace, with the system's Python, which everybody may read."""
    python = "/usr/bin/python3"
    if not Path(python).exists():
        pytest.skip("no system Python")
    source = Path(sandbox.__file__).parents[3]
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(source)!r})\n"
        "from unleak.erase.sandbox.run import run\n"
        "ran = run('import os; print(os.getuid(), os.listdir(\"/\"))')\n"
        "print(ran.code, ran.output)\n"
    )
    answer = subprocess.run(
        [python, "-c", script], user=12345, group=12345, extra_groups=[], cwd="/",
        capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    if "Permission" in answer.stderr or "No module" in answer.stderr:
        pytest.skip("the checkout is not readable by everybody")
    assert answer.stdout.startswith('0 b"65534'), answer.stderr


ONE = Problem(
    "T/0",
    'def double(x):\n    """Twice x."""\n',
    "double",
    "def check(candidate):\n    assert candidate(2) == 4\n",
    "    return 2 * x\n",
)


@pytest.mark.parametrize(
    ("completion", "good"),
    [
        ("    return x + x\n", True),
        ("    return x\n", False),
        ("    return 2 *\n", False),
        ("    exit(0)\n", False),
        ("    import os; os._exit(0)\n", False),
        ("    while True: pass\n", False),
        ("    print('said'); return 2 * x\n", True),
    ],
)
def test_only_programs_that_reach_their_end_pass(completion, good):
    assert passes(ONE, completion, QUICK) is good


def test_problems_are_the_same_each_time_and_no_more_than_there_are():
    assert problems(5) == problems(5)
    assert len({p.id for p in problems()}) == PROBLEMS
    with pytest.raises(UsageError, match="164"):
        problems(165)
    with pytest.raises(UsageError):
        problems(0)


def test_some_reference_solutions_pass():
    assert all(passes(p, p.solution) for p in problems(8))


@pytest.mark.slow
def test_all_reference_solutions_pass():
    assert [p.id for p in problems() if not passes(p, p.solution)] == []


def test_a_model_is_scored(demo):
    done: list[float] = []
    score = humaneval(demo, 3, done.append)
    assert done[-1] == 1.0
    shown = score.as_json()
    assert shown["problems"] == 3
    assert shown["low"] <= shown["pass_at_1"] <= shown["high"]
    assert Score(1, 2).pass_at_1 == 0.5


def test_completions_end_with_the_function(demo):
    for text in completions(demo, ["def main():\n    return 1\n", "x = 1\n"]):
        assert "\ndef " not in text
        assert "\nclass " not in text


def test_a_batch_changes_no_completion(demo):
    prompts = [
        "def add(a, b):\n",
        'def read(path):\n    """Read it."""\n    with open(path) as f:\n',
    ]
    together = completions(demo, prompts)
    assert together == [completions(demo, [prompt])[0] for prompt in prompts]
