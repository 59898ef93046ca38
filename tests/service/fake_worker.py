"""A worker whose jobs are over at once, or go on until they are stopped. Needs no torch.

What it does stands in the job's model name, see `handlers`.
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path

from unleak.core.errors import ModelError
from unleak.core.files import new_folder
from unleak.service.contract import JobKind
from unleak.service.process import limit_memory
from unleak.service.worker import Worker, pipes, settle

OLD, NEW = "a" * 64, "b" * 64


def _behave(task, report):
    name = Path(task.model).name
    if name == "broken":
        raise ModelError(f"{name}: no weights here")
    if name == "defect":
        raise ValueError(task.cases[0].secret.reveal())
    if name == "hungry":
        limit_memory(64 * 2**20)
        bytearray(2**30)
    if name == "greedy":
        held = bytearray(400 * 2**20)
        while held:
            report("measure", 0.5)
    while name == "endless":
        report("edit", 0.5)
    while name == "deaf":
        pass
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    once = Path(task.model) / "died"
    if name == "dies-once" and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def confirm(task, report):
    report("load", 0.0)
    _behave(task, report)
    cases = [
        {"id": c.id, "kind": c.kind, "fingerprint": c.secret.fingerprint, "verdict": v, "reason": r}
        for c in task.cases
        for v, r in [_verdict(c)]
    ]
    return {"model": {"name": task.model, "digest": OLD}, "cases": cases}


def _verdict(case):
    if case.secret.reveal() in case.prefix:
        return "echoed", "it stands in the request itself"
    return "memorised", "greedy decoding gives it verbatim"


def erase(task, report):
    report("load", 0.0)
    name = Path(task.out).name
    new = hashlib.sha256(b"same" if name.startswith("same") else task.out.encode()).hexdigest()
    secrets = [{"id": case.id, "before": {}, "verdict": "erased"} for case in task.cases]
    rest = {"method": "edit", "verification": {}, "utility": {}, "verdict": "erased"}
    paper = {"model": {"old": OLD, "new": new}, "secrets": secrets, **rest}
    with new_folder(Path(task.out)) as folder:
        (folder / "model.safetensors").write_bytes(b"half")
        report("edit", 0.5)
        _behave(task, report)
        report("verify", 0.0)
        (folder / "config.json").write_text("{}")
        (folder / "unleak-certificate.json").write_text(json.dumps(paper))
    document = {"model": {"name": task.model, "digest": OLD}, "secrets": secrets, **rest}
    return {"report": document, "certificate": paper, "digest": new}


def verify(task, report):
    return {"model": {"name": task.model, "digest": OLD}, "secrets": []}


def main():
    settle()
    source, sink = pipes()
    handlers = {
        JobKind.CONFIRM: confirm,
        JobKind.ERASE: erase,
        JobKind.VERIFY: verify,
        JobKind.GATE: verify,
    }
    Worker(handlers, lambda: None, source, sink).run()


if __name__ == "__main__":
    sys.exit(main())
