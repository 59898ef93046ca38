"""Where the key comes from, with the real keyring library on a keyring in memory."""

import base64
import subprocess
import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey, key_source, load_key


def text(letter):
    return base64.b64encode(letter * 32).decode()


class InMemory(KeyringBackend):
    priority = 1

    def __init__(self):
        super().__init__()
        self.entries = {}
        self.error = None

    def get_password(self, service, username):
        if self.error:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password


@pytest.fixture
def ring(home):
    backend = InMemory()
    keyring.set_keyring(backend)  # and it stays: no test shall ever meet the user's own
    return backend


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "the-key"
    file.write_text(text(b"f") + "\n")
    file.chmod(0o600)
    return file


def test_each_source_goes_before_the_next(ring, home, key_file, monkeypatch):
    assert key_source() == str(home / "key")
    made = load_key()
    ring.set_password("unleak", "key", text(b"r"))
    monkeypatch.setenv("UNLEAK_KEYRING", "unleak")
    assert load_key().material == b"r" * 32
    assert key_source() == "keyring, unleak ($UNLEAK_KEYRING)"
    monkeypatch.setenv("UNLEAK_KEY_FILE", str(key_file))
    assert load_key().material == b"f" * 32
    assert key_source() == f"{key_file} ($UNLEAK_KEY_FILE)"
    monkeypatch.setenv("UNLEAK_KEY", text(b"e"))
    assert load_key().material == b"e" * 32
    assert key_source() == "$UNLEAK_KEY"
    for name in ("UNLEAK_KEY", "UNLEAK_KEY_FILE", "UNLEAK_KEYRING"):
        monkeypatch.setenv(name, "")  # as a pipeline does with a variable that is not there
    assert load_key() == made


def test_a_key_file_that_others_may_read_is_refused(home, key_file, monkeypatch):
    monkeypatch.setenv("UNLEAK_KEY_FILE", str(key_file))
    key_file.chmod(0o640)
    with pytest.raises(LedgerError, match="chmod 600"):
        load_key()


def test_a_key_file_is_never_made(home, tmp_path, monkeypatch):
    monkeypatch.setenv("UNLEAK_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(LedgerError, match="none: No such file"):
        load_key()
    assert not (tmp_path / "none").exists()
    assert not home.exists()


@pytest.mark.parametrize("content", [b"canary-not-a-key", b"\xff\xfe", b""])
def test_a_malformed_key_file_is_refused_without_showing_it(home, key_file, monkeypatch, content):
    key_file.write_bytes(content)
    monkeypatch.setenv("UNLEAK_KEY_FILE", str(key_file))
    with pytest.raises(LedgerError, match="the-key") as caught:
        load_key()
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "place"),
    [("ci", ("ci", "key")), ("ci/me", ("ci", "me")), ("org/ci/me", ("org/ci", "me"))],
)
def test_a_keyring_entry_is_a_service_and_a_user(ring, monkeypatch, entry, place):
    ring.set_password(*place, text(b"r"))
    monkeypatch.setenv("UNLEAK_KEYRING", entry)
    assert load_key().material == b"r" * 32


def test_a_keyring_without_the_key_is_an_error_and_no_key_is_made(ring, home, monkeypatch):
    monkeypatch.setenv("UNLEAK_KEYRING", "ci/me")
    with pytest.raises(LedgerError, match="keyring set ci me"):
        load_key()
    ring.error = KeyringLocked("canary")
    with pytest.raises(LedgerError, match=r"cannot be read \(KeyringLocked\)") as caught:
        load_key()
    assert "canary" not in str(caught.value)
    ring.error = None
    ring.set_password("ci", "me", "canary-not-a-key")
    with pytest.raises(LedgerError, match="holds no key") as caught:
        load_key()
    assert "canary" not in str(caught.value)
    for entry in ("/", "ci/", "/me"):
        monkeypatch.setenv("UNLEAK_KEYRING", entry)
        with pytest.raises(LedgerError, match="SERVICE/USER"):
            load_key()
    assert not home.exists()


def test_without_the_library_the_keyring_says_how_to_get_it(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("UNLEAK_KEYRING", "ci")
    with pytest.raises(LedgerError, match=r"unleak\[keyring\]"):
        load_key()


def test_the_library_is_not_imported_unless_asked_for(home):
    code = "import sys; from unleak.core.keys import load_key; load_key()"
    code += "; print('keyring' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"


def test_each_use_has_a_key_of_its_own_and_the_id_is_none_of_them():
    key = MasterKey(b"m" * 32)
    keys = [key.material, key.encryption, key.known_secrets, key.suites, key.fingerprinter.key]
    assert len({k[:4] for k in keys}) == len(keys)
    assert len(key.suites) == 64
    assert len(key.id) == 8
    assert not any(k.hex().startswith(key.id) for k in keys)
    assert key.id == MasterKey(b"m" * 32).id != MasterKey(b"n" * 32).id
