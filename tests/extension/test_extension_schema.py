"""The schema of unleak.toml says what its readers say."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from unleak.ci.policy_file import read_policy
from unleak.core.errors import UsageError
from unleak.detect.config import read_settings

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "vscode-extension/schemas/unleak.schema.json").read_text()
)

GOOD = {
    "rule": "[[scan.rules]]\nid = 'acme'\npattern = 'acme_[0-9]+'\nscore = 0.8\nkeywords = ['x']",
    "allow": "[scan.allow]\npaths = ['tests/']\nfingerprints = ['f3b1c0a2d4e5968778695a4b']",
    "allow a rule": "[scan.allow.rules]\nemail = ['docs/*.md']",
    "disable": "[scan]\ndisable = ['email']",
    "budget": "[[gate.budgets]]\nkinds = ['email']\nat_most = 3\ntries = 1e4",
    "waiver": "[[gate.waivers]]\nid = 'c1'\nuntil = '2026-12-31'\nreason = 'revoked'",
    "fail on": "[gate]\nfail_on = 'new'",
}
BAD = {
    "no pattern": "[[scan.rules]]\nid = 'acme'",
    "an id with a blank": "[[scan.rules]]\nid = 'ac me'\npattern = 'x'",
    "score and alert": "[[scan.rules]]\nid = 'acme'\npattern = 'x'\nscore = 0.8\nalert = true",
    "a score above 1": "[[scan.rules]]\nid = 'acme'\npattern = 'x'\nscore = 2",
    "a severity": "[[scan.rules]]\nid = 'acme'\npattern = 'x'\nseverity = 'worst'",
    "entropy": "[[scan.rules]]\nid = 'acme'\npattern = 'x'\nmin_entropy = 9",
    "fingerprint": "[scan.allow]\nfingerprints = ['hunter2']",
    "an empty glob list": "[scan]\ndisable = ['']",
    "a text for a list": "[scan]\ndisable = 'email'",
    "fail on": "[gate]\nfail_on = 'sometimes'",
    "a budget without a limit": "[[gate.budgets]]\nkinds = ['email']",
    "a negative budget": "[[gate.budgets]]\nat_most = -1",
    "a budget's unknown key": "[[gate.budgets]]\nat_most = 1\nmost = 1",
    "a waiver without a reason": "[[gate.waivers]]\nid = 'c1'\nuntil = '2026-12-31'",
    "an unknown table of the gate's": "[gate]\nbudget = 1",
}


def _accepted_by_readers(text: str, folder: Path) -> bool:
    file = folder / "unleak.toml"
    file.write_text(text)
    try:
        read_settings(file)
        read_policy(file)
    except UsageError:
        return False
    return True


def _accepted_by_schema(text: str) -> bool:
    return jsonschema.Draft7Validator(SCHEMA).is_valid(tomllib.loads(text))


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_is_read_is_valid(text: str, tmp_path: Path) -> None:
    assert _accepted_by_readers(text, tmp_path)
    assert _accepted_by_schema(text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_refused_is_invalid(text: str, tmp_path: Path) -> None:
    assert not _accepted_by_readers(text, tmp_path)
    assert not _accepted_by_schema(text)


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
