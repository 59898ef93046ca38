"""Run a Python program in the sandbox, from outside."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from unleak.core.errors import EvaluationError

_JAIL = Path(__file__).with_name("jail.py")
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache")
_TIME_USED_UP = 128 + 24  # SIGXCPU, which Windows lacks


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use. seconds: of time, and of a processor; the others in bytes.

    memory: addresses, the interpreter's own among them. room: of its /tmp. output: on standard
    output and error together; a program that writes more is ended.
    """

    seconds: int = 5
    memory: int = 1 << 30
    file_size: int = 4 << 20
    room: int = 16 << 20
    output: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended. code: its exit status, 128 + N after signal N; None if it was ended.

    stopped: `time` or `output` if it was ended for that, else empty. output: what it wrote, at
    most the limit.
    """

    code: int | None
    stopped: str
    output: bytes


def run(program: str, limits: Limits = Limits()) -> Ran:
    """Run a program; it gets no argument, no input and no environment.

    Raises:
        EvaluationError: this machine lacks a part of the isolation; says which. Nothing was run.
    """
    if not sys.platform.startswith("linux"):
        raise EvaluationError(_refusal(f"namespaces, which {sys.platform} does not have"))
    python = os.path.realpath(sys.executable)
    reading, refusal = os.pipe()
    with os.fdopen(reading, "rb") as refused, tempfile.TemporaryDirectory(prefix="unleak-") as root:
        wanted = {
            "root": root,
            "refusal": refusal,
            "python": python,
            "visible": _visible(python),
            "seconds": limits.seconds,
            "memory": limits.memory,
            "file_size": limits.file_size,
            "room": limits.room,
        }
        with os.fdopen(refusal, "wb"), tempfile.TemporaryFile() as text:
            text.write(program.encode("utf-8", "surrogatepass"))
            text.seek(0)
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_JAIL), json.dumps(wanted)],
                stdin=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={},
                pass_fds=(refusal,),
                start_new_session=True,
            )
        with process:
            output, stopped = _read(process, limits)
            if stopped:
                # And with it, by PR_SET_PDEATHSIG, everything that it started.
                os.killpg(process.pid, signal.SIGKILL)
        if reason := refused.read().decode():
            raise EvaluationError(_refusal(reason))
    if process.returncode == _TIME_USED_UP:
        stopped = stopped or "time"
    return Ran(None if stopped else process.returncode, stopped, output)


def _refusal(what: str) -> str:
    return (
        "programs that a model wrote are only run shut in, and this machine does not allow it: "
        f"{what}; use a Linux machine or container with user namespaces, or leave --humaneval out"
    )


def _visible(python: str) -> list[str]:
    """The system's libraries and the interpreter's, none inside another."""
    paths = [path for path in _SYSTEM if os.path.lexists(path)]
    for path in (sys.base_prefix, sys.base_exec_prefix, python):
        real = os.path.realpath(path)
        if not any(real == seen or real.startswith(f"{seen}/") for seen in paths):
            paths.append(real)
    return paths


def _read(process: subprocess.Popen[bytes], limits: Limits) -> tuple[bytes, str]:
    """(Output, why it has to be ended); ends with the program, or with its time or room."""
    # Starting takes time as well, most on a busy machine; the processor's seconds are exact.
    end = time.monotonic() + limits.seconds + 2
    pipe = process.stdout
    if pipe is None:
        raise EvaluationError("the sandbox has no output")
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            if not selector.select(left):
                break
            piece = os.read(pipe.fileno(), 1 << 16)
            if not piece:
                return output, ""
            output += piece[: limits.output - len(output) + 1]
            if len(output) > limits.output:
                return output[: limits.output], "output"
    return output, "time"
