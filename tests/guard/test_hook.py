"""`unleak hook`: JSON in, a decision out, in the forms that editors document."""

import json
import subprocess
import sys

import pytest
from harness import KEY

from unleak.core.errors import EvaluationError
from unleak.detect.scanner import Scanner
from unleak.guard.hook import decide

SCANNER = Scanner(KEY)
CANARY = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
LINE = f'token = "{CANARY}"\n'


def write(event, text):
    return {
        "session_id": "s", "cwd": "/w", "hook_event_name": event, "tool_name": "Write",
        "tool_input": {"file_path": "/w/a.py", "content": text},
    }  # fmt: skip


def test_claude_code_denies_a_write_that_holds_a_secret():
    decision = decide(SCANNER, write("PreToolUse", LINE))
    assert decision.exit_code == 0
    specific = decision.answer["hookSpecificOutput"]
    assert specific["permissionDecision"] == "deny"
    assert specific["hookEventName"] == "PreToolUse"
    assert "github-token" in specific["permissionDecisionReason"]


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (write("PostToolUse", LINE), {"decision": "block"}),
        ({"hook_event_name": "UserPromptSubmit", "prompt": LINE}, {"decision": "block"}),
        ({"hook_event_name": "beforeSubmitPrompt", "prompt": LINE}, {"continue": False}),
        ({"hook_event_name": "beforeShellExecution", "command": LINE}, {"permission": "deny"}),
        (
            {"hook_event_name": "beforeMCPExecution", "tool_input": json.dumps({"t": LINE})},
            {"permission": "deny"},
        ),
        ({"text": LINE}, {"decision": "deny"}),
    ],
)
def test_each_form(message, answer):
    decision = decide(SCANNER, message)
    assert answer.items() <= decision.answer.items()
    assert CANARY not in json.dumps(decision.answer)
    clean = json.loads(json.dumps(message).replace(CANARY, "x"))
    allowed = decide(SCANNER, clean)
    assert allowed.exit_code == 0
    assert not answer.items() <= allowed.answer.items()


def test_what_was_there_before_is_an_echo():
    edit = {"old_string": LINE, "new_string": LINE + "x = 1\n", "file_path": "a.py"}
    message = {"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": edit}
    assert decide(SCANNER, message).answer == {}
    edit["old_string"] = "x"
    assert decide(SCANNER, message).answer != {}


def test_cursor_hears_of_an_edit_that_is_over():
    message = {
        "hook_event_name": "afterFileEdit", "file_path": "a.py",
        "edits": [{"old_string": "", "new_string": LINE}],
    }  # fmt: skip
    decision = decide(SCANNER, message)
    assert decision.exit_code == 0
    assert "github-token" in decision.answer["user_message"]


def test_no_object_is_no_decision():
    with pytest.raises(EvaluationError, match="not a JSON object"):
        decide(SCANNER, [1])


@pytest.mark.parametrize(
    ("given", "code"),
    [(json.dumps({"text": LINE}), 1), ('{"text": "x"}', 0), ("{", 3), ("[" * 9999, 3)],
)
def test_the_command(given, code, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "unleak.cli", "hook"],
        input=given, capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"UNLEAK_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == code
    assert CANARY not in done.stdout + done.stderr
    if code < 3:
        assert json.loads(done.stdout)["decision"] == ("deny" if code else "allow")
