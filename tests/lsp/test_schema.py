"""The JSON schema of unleak.toml says what the readers of the file take."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from unleak.ci import policy_file
from unleak.core.errors import UsageError
from unleak.detect import config, user_rules
from unleak.service import settings

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(files("unleak.lsp").joinpath("unleak.schema.json").read_text())
TABLES = SCHEMA["properties"]
VALIDATOR = Draft7Validator(SCHEMA)


def names(table):
    return set(table["properties"])


def test_it_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (TABLES["scan"], config._SCAN_KEYS),
        (TABLES["scan"]["properties"]["allow"], config._ALLOW_KEYS),
        (TABLES["scan"]["properties"]["rules"]["items"], user_rules._KEYS),
        (TABLES["gate"], policy_file._KEYS),
        (TABLES["gate"]["properties"]["budgets"]["items"], policy_file._BUDGET),
        (TABLES["gate"]["properties"]["waivers"]["items"], policy_file._WAIVER),
        (TABLES["engine"], settings._names()),
    ],
)
def test_it_has_every_key_that_is_read_and_no_other(table, known):
    assert names(table) == set(known)


@pytest.mark.parametrize(
    "text",
    [
        "[scan]\ndisable = ['email']\n",
        "[scan]\ndisable = 7\n",
        "[scan]\ndisable = ['']\n",
        "[[scan.rules]]\nid = 'a'\npattern = 'b'\nscore = 1\n",
        "[[scan.rules]]\nid = 'a'\npattern = 'b'\nscore = 1.5\n",
        "[[scan.rules]]\nid = 'a'\n",
        "[[scan.rules]]\nid = '/a'\npattern = 'b'\n",
        "[[scan.rules]]\nid = 'a'\npattern = 'b'\nscore = 0.5\nalert = true\n",
        "[[scan.rules]]\nid = 'a'\npattern = 'b'\nmin_entropy = 9\n",
        "[[scan.rules]]\nid = 'a'\npattern = 'b'\nseverity = 'huge'\n",
        "[scan.allow]\nfingerprints = ['f3b1c0a2d4e5968778695a4b']\n",
        "[scan.allow]\nfingerprints = ['F3']\n",
        "[scan.allow.rules]\nemail = ['*.md']\n",
        "[scan.allow.rules]\nemail = 'a'\n",
        "scan = 1\n",
    ],
)
def test_it_takes_what_the_reader_takes(tmp_path, text):
    file = tmp_path / "unleak.toml"
    file.write_text(text)
    try:
        read = not config.read_settings(file).warnings
    except UsageError:
        read = False
    assert VALIDATOR.is_valid(tomllib.loads(text)) == read


def test_the_examples_of_the_docs_are_valid():
    found = 0
    for page in sorted((ROOT / "docs").glob("*.md")):
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL):
            document = tomllib.loads(block)
            document = document.get("tool", {}).get("unleak", document)
            if set(document) & set(TABLES):
                VALIDATOR.validate(document)
                found += 1
    assert found
