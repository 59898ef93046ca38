"""Decide for an editor's agent whether what it is about to do, or did, gives away a secret.

Formats: Claude Code's hooks (https://docs.anthropic.com/en/docs/claude-code/hooks), Cursor's
(https://cursor.com/docs/agent/hooks), and one of unleak's own for anything else. They are told
apart by `hook_event_name`: capitalised in Claude Code, not so in Cursor, absent otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from unleak.core.errors import EvaluationError
from unleak.core.finding import Finding
from unleak.core.formats import preview
from unleak.detect.scanner import Scanner

Json = dict[str, Any]
# What stands in a message besides texts that are written: places, names, what was there before.
_NO_TEXTS: Final = frozenset((
    "hook_event_name", "session_id", "transcript_path", "cwd", "permission_mode", "tool_name",
    "tool_use_id", "prompt_id", "conversation_id", "generation_id", "workspace_roots", "model",
    "cursor_version", "user_email", "file_path", "filePath", "path", "old_string", "oldString",
    "old_source", "originalFile", "structuredPatch", "scratchpad_dir", "agent_id", "agent_type",
))  # fmt: skip
_BEFORE: Final = frozenset(("old_string", "oldString", "old_source", "originalFile"))
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer: a JSON object, and the exit code that the format documents."""

    answer: Json
    exit_code: int


def decide(scanner: Scanner, message: object) -> Decision:
    """The decision on one message.

    Raises:
        EvaluationError: it is no JSON object.
    """
    if not isinstance(message, dict):
        raise EvaluationError("hook: standard input is not a JSON object, as hooks get it")
    there = list(_texts(message, only=_BEFORE))
    found = [
        (field, finding)
        for field, text in _fields(message)
        for finding in scanner.scan(text)
        if finding.alert and not any(finding.secret.reveal() in text for text in there)
    ]
    event = message.get("hook_event_name")
    if not isinstance(event, str) or not event:
        return _own(found)
    return _claude_code(event, found) if event[0].isupper() else _cursor(event, found)


def _own(found: list[tuple[str, Finding]]) -> Decision:
    """{decision: allow or deny, reason, findings}; exit code 1 if there is a secret."""
    answer: Json = {
        "schema": "unleak.hook/1",
        "decision": "deny" if found else "allow",
        "reason": _reason(found),
        "findings": [
            {"field": field, "kind": f.kind, "rule": f.rule, "fingerprint": f.fingerprint,
             "preview": preview(f.secret.reveal())}
            for field, f in found
        ],
    }  # fmt: skip
    return Decision(answer, int(bool(found)))


def _claude_code(event: str, found: list[tuple[str, Finding]]) -> Decision:
    """With exit code 0 the answer is read, and it alone decides."""
    if not found:
        return Decision({}, 0)
    reason = _reason(found)
    if event == "PreToolUse":
        specific = {"hookEventName": event, "permissionDecision": "deny",
                    "permissionDecisionReason": reason}  # fmt: skip
        return Decision({"hookSpecificOutput": specific}, 0)
    if event in ("PostToolUse", "UserPromptSubmit"):
        return Decision({"decision": "block", "reason": reason}, 0)
    return Decision({"systemMessage": reason}, 0)


def _cursor(event: str, found: list[tuple[str, Finding]]) -> Decision:
    """What is over (after...) cannot be denied; exit code 2 denies as the answer does."""
    reason = _reason(found)
    if event == "beforeSubmitPrompt":
        if found:
            return Decision({"continue": False, "user_message": reason}, 0)
        return Decision({"continue": True}, 0)
    if event.startswith("before") or event == "preToolUse":
        if found:
            denied = {"permission": "deny", "user_message": reason, "agent_message": reason}
            return Decision(denied, 2)
        return Decision({"permission": "allow"}, 0)
    return Decision({"user_message": reason} if found else {}, 0)


def _reason(found: list[tuple[str, Finding]]) -> str:
    """One sentence for a person or a model; never the secret."""
    if not found:
        return ""
    shown = ", ".join(
        sorted({f"{f.kind} {preview(f.secret.reveal())} in {field}" for field, f in found})
    )
    return (
        f"unleak: this holds a secret ({shown}). Use an environment variable or a secret store "
        "instead; if it is a real one, revoke it first."
    )


def _fields(message: Json) -> Iterator[tuple[str, str]]:
    for name, value in message.items():
        if name in ("tool_input", "tool_response", "tool_output") and isinstance(value, dict):
            yield from _fields(value)
        elif name not in _NO_TEXTS:
            for text in _texts(value):
                yield name, text


def _texts(value: object, only: frozenset[str] = frozenset(), depth: int = 0) -> Iterator[str]:
    """Texts in some JSON; with `only`, those of fields with these names."""
    if isinstance(value, str):
        if not only:
            yield value
    elif depth < _DEEPEST and isinstance(value, list):
        for item in value:
            yield from _texts(item, only, depth + 1)
    elif depth < _DEEPEST and isinstance(value, dict):
        for name, item in value.items():
            if only and name in only:
                yield from _texts(item)
            elif only or name not in _NO_TEXTS:
                yield from _texts(item, only, depth + 1)
