"""Settings and configuration files, live."""

import pytest
from servers import CANARY, PUSH

from editing.client import replaced
from unleak.lsp.settings import SETTINGS, read

LIVE = {
    **PUSH,
    "workspace": {
        **PUSH["workspace"],
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}


def test_settings_are_read_nested_and_dotted():
    nested = read({"completion": {"backend": "tabby"}, "models": {"a.b": "/c"}})
    dotted = read({"completion.backend": "tabby", "unknown": {"x": 1}})
    assert nested["completion.backend"] == dotted["completion.backend"] == "tabby"
    assert nested["models"] == {"a.b": "/c"}
    assert nested.problems == ()
    assert dotted.problems == ("unleak.unknown: unknown setting",)
    assert read(None)["completion.debounce"] == 150
    assert read({"unleak": {"scan": {"maxFileSize": 5_000}}})["scan.maxFileSize"] == 5_000


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"completion": {"backnd": "off"}}, "did you mean unleak.completion.backend"),
        ({"completion": {"backend": CANARY}}, "must be one of off, embedded"),
        ({"completion": {"debounce": -1}}, "a whole number from 0 to 5000"),
        ({"completion": {"debounce": True}}, "a whole number"),
        ({"diagnostics": {"enable": "yes"}}, "true or false"),
        ({"models": {"a": 1}}, "an object of texts"),
        ({"engine": {"url": 7}}, "a text"),
        ([1], "an object"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(section, said):
    found = read(section)
    assert said in found.problems[0]
    assert CANARY not in str(found.problems)
    assert all(found[name] == setting.default for name, setting in SETTINGS.items())


def test_settings_are_asked_for_and_hold_at_once(servers, uri):
    client = servers.start()
    servers.clients.remove(client)
    client.close()
    told = {"diagnostics": {"enable": True}, "nonsense": 1}
    client = servers.start(LIVE)
    # the first question was answered with null, that is: no settings
    registered = client.notified("client/registerCapability")["registrations"]
    assert {r["method"] for r in registered} == {
        "workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles",
    }  # fmt: skip
    client.open(uri, f't = "{CANARY}"\n')
    assert len(client.diagnostics(uri)) == 1
    client.answers["workspace/configuration"] = [told]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert "nonsense: unknown setting" in client.notified("window/showMessage")["message"]
    client.answers["workspace/configuration"] = [{"diagnostics": {"enable": False}}]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    while client.diagnostics(uri):
        pass


def test_the_minimum_holds(servers, uri):
    client = servers.start(PUSH)
    settings = {"unleak": {"diagnostics": {"minimum": "alert"}}}
    client.notify("workspace/didChangeConfiguration", {"settings": settings})
    client.open(uri, f't = "{CANARY}"\nmail = "jane.roe@corp-mail.net"\n')
    assert [d["severity"] for d in client.diagnostics(uri)] == [2]
    settings = {"unleak": {"diagnostics": {"minimum": "redact"}}}
    client.notify("workspace/didChangeConfiguration", {"settings": settings})
    while len(client.diagnostics(uri)) < 2:
        pass


def test_each_folder_has_its_own_configuration_live(servers, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.py").write_text("")
    (one / "unleak.toml").write_text("[scan]\ndisable = ['github-token']\n")
    client = servers.start(PUSH, folders=[one.as_uri(), two.as_uri()])
    first, second = (one / "a.py").as_uri(), (two / "a.py").as_uri()
    text = f't = "{CANARY}"\n'
    client.open(second, text)
    assert [d["code"] for d in client.diagnostics(second)] == ["github-token"]
    client.open(first, text)
    while any(d["code"] == "github-token" for d in client.diagnostics(first)):
        pass
    (one / "unleak.toml").write_text("[scan]\ndisabled = []\n")
    client.notify(
        "workspace/didChangeWatchedFiles",
        {"changes": [{"uri": (one / "unleak.toml").as_uri(), "type": 2}]},
    )
    while not any(d["code"] == "github-token" for d in client.diagnostics(first)):
        pass
    assert "unknown key disabled" in client.notified("window/showMessage")["message"]
    (one / "unleak.toml").write_text("[scan\n")
    client.open((one / "unleak.toml").as_uri(), "[scan\n", "toml")
    client.notify("textDocument/didSave", {"textDocument": {"uri": (one / "unleak.toml").as_uri()}})
    assert "not TOML" in client.notified("window/showMessage")["message"]
    client.change(first, 2, replaced(0, 0, 0, "#"))
    assert len(client.diagnostics(first, 2)) == 1


def test_a_rule_of_the_user_finds_and_links(servers, tmp_path):
    (tmp_path / "unleak.toml").write_text(
        "[[scan.rules]]\nid = 'acme'\npattern = 'acme_[0-9]{8}'\nkeywords = ['acme_']\n"
        "reference = 'https://wiki.example.com/acme'\n"
    )
    client = servers.start(PUSH, folders=[tmp_path.as_uri()])
    uri = (tmp_path / "a.txt").as_uri()
    client.open(uri, "acme_12345678\n", "plaintext")
    while not (found := client.diagnostics(uri)):
        pass
    assert found[0]["codeDescription"]["href"] == "https://wiki.example.com/acme"
