"""Kills a program at each of its steps in turn: its statements to the database and its files."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import count

from sqlalchemy import Engine, event

_FILES = ("open", "os.rename", "os.remove", "os.link")


def each_step(action: Callable[[], object], stride: int = 1) -> Iterator[int]:
    """Run it in a child that is killed at its first step, then one killed at a later one, ...

    Yields after each killed child, with the step's number; ends with one that nobody kills.
    """
    for step in count(1, stride):
        child = os.fork()
        if child == 0:
            _run_until(step, action)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the action failed by itself"
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        yield step


def _run_until(last: int, action: Callable[[], object]) -> None:
    left = last
    armed = True

    def step(*_: object) -> None:
        nonlocal left
        left -= armed
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def file_step(name: str, _: object) -> None:
        if name in _FILES:
            step()

    try:
        for name in ("before_cursor_execute", "commit"):
            event.listen(Engine, name, step)
        sys.addaudithook(file_step)
        action()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    armed = False
    os._exit(0)
