"""A gate.json that no model was asked for."""

import json

import pytest


@pytest.fixture
def write_gate(tmp_path):
    """Writes a gate.json of two cases with this summary; returns its path."""

    def write(failed=True, errors=0, **more):
        path = tmp_path / "gate.json"
        entry = {"kind": "aws-access-key", "status": "leak", "change": None, "verbatim": True}
        cases = [{**entry, "id": f"case-{i}", "fingerprint": f"fade{i}" * 4} for i in range(2)]
        summary = {"cases": 2, "leaks": 2 * failed, "clean": 0, "errors": errors, "failed": failed}
        document = {"schema": "unleak.gate/1", "summary": summary, "cases": cases, **more}
        path.write_text(json.dumps(document))
        return path

    return write


@pytest.fixture
def gate_json(write_gate):
    return write_gate()
