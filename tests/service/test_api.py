"""The HTTP API as it is served: tokens, roles, bounds, errors that echo nothing."""

import json
import os
import stat

import pytest
from engines import CANARY, plain, seen

from unleak.service.contract import Event
from unleak.service.runtime import read_address, token_file
from unleak.service.tokens import OWNER, Role, Tokens

BODY = {"secret": CANARY, "kind": "token", "prefix": "key = ", "rule": "test"}


def operations(http):
    document = http.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            yield method.upper(), path.replace("{id}", "L0123456789")


def test_no_request_without_a_token_succeeds(http):
    every = list(operations(http))
    assert len(every) > 20
    for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        with plain(wrong) as stranger:
            for method, path in [*every, ("GET", "/openapi.json"), ("GET", "/nowhere")]:
                answer = stranger.request(method, path)
                if path == "/healthz":
                    assert answer.json() == {"status": "ok"}
                else:
                    assert answer.status_code == 401, path
                    assert answer.headers["www-authenticate"] == "Bearer"
                    assert "unleak engine token add" in answer.json()["error"]["message"]


def test_each_role_may_do_its_own_and_what_those_below_may(http):
    tokens = Tokens()
    roles = {role: tokens.add(role.word, role) for role in Role}
    wanted = {
        ("GET", "/v1/leaks"): Role.REPORT,
        ("POST", "/v1/sightings"): Role.REPORT,
        ("GET", "/metrics"): Role.REPORT,
        ("POST", "/v1/erasures"): Role.ERASE,
        ("POST", "/v1/confirmations"): Role.ERASE,
        ("POST", "/v1/verifications"): Role.ERASE,
        ("POST", "/v1/gates"): Role.ERASE,
        ("POST", "/v1/jobs/J0123456789/cancel"): Role.ERASE,
        ("POST", "/v1/leaks/L0123456789/dismiss"): Role.ERASE,
        ("POST", "/v1/leaks/L0123456789/shred"): Role.ADMIN,
        ("POST", "/v1/models/link"): Role.ADMIN,
        ("POST", "/v1/models/use"): Role.ADMIN,
    }
    for role, token in roles.items():
        with plain({"Authorization": f"Bearer {token}"}) as client:
            for (method, path), least in wanted.items():
                status = client.request(method, path, json={}).status_code
                # Who may not is told so; who may is told what is wrong with the empty request.
                assert (status == 403) == (role < least), (role, path, status)
    tokens.revoke("admin")
    with plain({"Authorization": f"Bearer {roles[Role.ADMIN]}"}) as client:
        assert client.get("/v1/leaks").status_code == 401


def test_tokens_are_stored_as_hashes_in_private_files(http, home):
    made = Tokens().add("someone", Role.REPORT)
    text = (home / "tokens.json").read_text()
    assert made not in text
    assert token_file().read_text().strip() not in text
    socket = read_address().socket
    for path in ("tokens.json", "engine.token", "engine.log", "engine.json", "key", "ledger.db",
                 "ledger.db-wal", "ledger.db-shm", socket):  # fmt: skip
        assert stat.S_IMODE(os.stat(home / path).st_mode) == 0o600, path
    assert stat.S_IMODE(os.stat(os.path.dirname(socket)).st_mode) == 0o700


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/sightings", {"sightings": [{**BODY, "origin": CANARY}]}),
        ("/v1/sightings", {"sightings": [{**BODY, CANARY: 1}]}),
        ("/v1/sightings", {"sightings": [{**BODY, "hint": CANARY}]}),
        ("/v1/sightings", {"sightings": [{**BODY, "secret": [CANARY]}]}),
        ("/v1/sightings", {"sightings": [{**BODY, "secret": CANARY * 2000}]}),
        ("/v1/sightings", {"sightings": CANARY}),
        ("/v1/leaks/find", {"fingerprints": [CANARY]}),
        ("/v1/erasures", {"leaks": [CANARY]}),
        ("/v1/erasures", {"leaks": ["L0123456789"], "model": "/" + CANARY}),
        ("/v1/gates", {"model": CANARY, "suite": CANARY}),
        ("/v1/models/use", {"name": "x", "version": CANARY}),
        (f"/v1/{CANARY}", {}),
        (f"/v1/jobs/{CANARY}/cancel", {}),
    ],
)
def test_errors_echo_nothing_of_the_request(shared_http, path, body):
    http = shared_http
    answer = http.post(path, json=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"]
    assert CANARY not in answer.text
    broken = http.post(path, content=f'{{"secret": "{CANARY}'.encode())
    assert 400 <= broken.status_code < 500
    assert CANARY not in broken.text


def test_what_is_too_large_is_refused(http):
    large = b"x" * (8 * 2**20 + 1)
    assert http.post("/v1/sightings", content=large).status_code == 413
    assert http.post("/v1/sightings", content=iter([large])).status_code == 413
    many = {"sightings": [BODY] * 1001}
    assert http.post("/v1/sightings", json=many).status_code == 422


def test_no_path_of_a_request_leaves_the_allowed_roots(daemon, http, home, tmp_path):
    """The owner on this machine may name what they like; tokens that were made may not."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_text("{}")
    models = home / "models"
    models.mkdir()
    (models / "way-out").symlink_to(outside)
    leak = seen(daemon).id
    token = Tokens().add("ci", Role.ADMIN)
    with plain({"Authorization": f"Bearer {token}"}) as client:
        for bad in (
            str(outside),
            f"{models}/../outside",
            f"{models}/x/../../../outside",
            f"{models}/way-out",
            f"{models}/way-out/new",
            str(models),
            "/etc/passwd",
            "../outside",
            "relative",
            "a\x00b",
            "org/name",
        ):
            for path, body in (
                ("/v1/confirmations", {"leaks": [leak], "model": bad}),
                ("/v1/erasures", {"leaks": [leak], "model": "demo", "out": bad}),
                ("/v1/verifications", {"leaks": [leak], "model": "demo", "reference": bad}),
                ("/v1/gates", {"model": "demo", "suite": bad}),
                ("/v1/models/link", {"name": "x", "path": bad}),
            ):
                answer = client.post(path, json=body)
                assert answer.status_code == 400, (path, bad, answer.text)
        trust = {"leaks": [leak], "model": "demo", "trust_remote_code": True}
        assert "runs no code" in client.post("/v1/confirmations", json=trust).text
    assert daemon.jobs() == []
    assert daemon.link("served", str(outside))["path"] == str(outside)


def test_metrics_count_and_name_nobody(daemon, http):
    leak = seen(daemon, model="a-model-name")
    http.get(f"/v1/leaks/{leak.id}")
    http.get(f"/v1/{CANARY}")
    http.request(CANARY[:8].upper(), "/v1/leaks")
    text = http.get("/metrics").text
    assert "unleak_sightings_total 1.0" in text
    assert 'unleak_leaks{state="flagged"} 1.0' in text
    assert 'route="/leaks/{id}"' in text
    assert "unleak_worker_bytes 0.0" in text
    for word in (CANARY, CANARY[:8].upper(), leak.id, leak.fingerprint, "a-model-name", "test"):
        assert word not in text


def test_events_go_on_where_a_listener_left_off(daemon, http):
    first = seen(daemon, "the-first-one-1")
    second = seen(daemon, "the-second-one-2")
    heard = listen(http, {"since": "0"}, 2)
    assert [event.data["id"] for event in heard] == [first.id, second.id]
    again = listen(http, {}, 1, {"Last-Event-ID": str(heard[0].id)})
    assert again == heard[1:]
    assert "the-first-one-1" not in json.dumps([event.as_json() for event in heard])


def listen(http, query, count, headers=None):
    found = []
    with http.stream("GET", "/v1/events", params=query, headers=headers or {}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            fields[name] = value
            if name == "data" and fields["event"] == "leak":
                data = {"id": fields["id"], "kind": fields["event"], "data": json.loads(value)}
                found.append(Event.from_json(data))
            if len(found) == count:
                return found


def test_the_owner_has_a_token_without_asking(daemon):
    [owner] = Tokens().all()
    assert (owner.name, owner.role) == (OWNER, "admin")
