"""The guard on real sockets: connections, HTTP/2, clients and upstreams that leave."""

import asyncio
import datetime
import json
import ssl
import threading

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from harness import SHIELD
from served import Upstream, listener, running, running_http2
from test_modes import TOKEN, masked, pieces_of
from wire import WIRES

from unleak.guard.app import Guard
from unleak.guard.relay import Mode
from unleak.guard.stats import Stats
from unleak.guard.upstream import Upstream as Sender

OPENAI = WIRES[0]
ASK = OPENAI.ask("x", True)
TEXT = f'key = "{TOKEN}"\nprint(key)\n'
STREAM = OPENAI.stream(pieces_of(TEXT, range(0, 100, 4)))


class App:
    """A guard that makes its client inside of the loop it runs in."""

    def __init__(self, url, mode=Mode.REDACT):
        self.url, self.mode, self.stats, self.guard = url, mode, Stats(), None

    async def __call__(self, scope, receive, send):
        if self.guard is None:
            self.sender = Sender(self.url)
            self.guard = Guard(self.sender, SHIELD, self.mode, lambda s: None, self.stats)
        await self.guard(scope, receive, send)

    async def close(self):
        if self.guard:
            await self.sender.close()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_stream_through_real_sockets(mode):
    upstream = Upstream([STREAM[i : i + 40] for i in range(0, len(STREAM), 40)])
    with running(upstream) as behind, running(App(behind, mode)) as url, httpx.Client() as client:
        answer = client.post(url + OPENAI.path, json=ASK)
        assert answer.headers["x-upstream"] == "yes"
        if mode is Mode.OBSERVE:
            assert answer.content == STREAM
        elif mode is Mode.REDACT:
            assert OPENAI.texts(answer.content, True)[0] == masked(TEXT)
        else:
            assert b"unleak blocked" in answer.content


def test_connections_are_kept_on_both_sides():
    upstream = Upstream([STREAM])
    with running(upstream) as behind, running(App(behind)) as url, httpx.Client() as client:
        seen = set()
        for _ in range(5):
            answer = client.post(url + OPENAI.path, json=ASK)
            seen.add(id(answer.extensions["network_stream"].get_extra_info("socket")))
        assert len(seen) == 1
    assert len(upstream.clients) == 1


def test_a_client_that_leaves_cancels_the_upstream():
    event = OPENAI.stream([(0, "x = 1\n")]).split(b"\n\n")[0] + b"\n\n"
    upstream = Upstream(endless=event)
    app = App("")
    with running(upstream) as app.url, running(app) as url:
        with httpx.stream("POST", url + OPENAI.path, json=ASK) as answer:
            next(answer.iter_raw())
        assert upstream.left.wait(10)
    assert app.stats.as_json()["disconnects"] == {"total": 1}


def test_a_slow_client_slows_the_upstream_down():
    event = OPENAI.stream([(0, "x = 1\n")]).split(b"\n\n")[0] + b"\n\n"
    upstream = Upstream(endless=event * 50)
    with running(upstream) as behind, running(App(behind)) as url:
        with httpx.stream("POST", url + OPENAI.path, json=ASK) as answer:
            next(answer.iter_raw())
            sent = -1
            while upstream.sent != sent:  # until all buffers on the way are full
                sent = upstream.sent
                threading.Event().wait(0.3)
            assert sent < 64 << 20
        assert upstream.left.wait(10)


def test_errors_of_the_upstream_are_passed_on_as_they_are():
    upstream = Upstream([b'{"error": {"message": "no such model"}}'], "application/json")
    upstream.status = 404
    with running(upstream) as behind, running(App(behind)) as url:
        answer = httpx.post(url + OPENAI.path, json=ASK)
    assert answer.status_code == 404
    assert answer.json() == {"error": {"message": "no such model"}}


def test_an_upstream_that_is_down_is_a_502():
    with listener() as sock:
        port = sock.getsockname()[1]
    with running(App(f"http://127.0.0.1:{port}")) as url:
        answer = httpx.post(url + OPENAI.path, json=ASK)
    assert answer.status_code == 502
    assert "is the model server running" in answer.json()["error"]["message"]


def test_a_web_page_under_another_name_is_turned_away():
    upstream = Upstream([STREAM])
    with running(upstream) as behind, running(App(behind)) as url:
        answer = httpx.get(url + "/v1/models", headers={"Host": "evil.example"})
        assert answer.status_code == 421
        assert httpx.get(url + "/v1/models", headers={"Host": "localhost:1"}).status_code == 200
    assert len(upstream.versions) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    import ipaddress

    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


def test_http2_to_the_upstream(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    assert ssl.get_default_verify_paths().cafile == str(certificate / "cert.pem")
    upstream = Upstream([STREAM[i : i + 40] for i in range(0, len(STREAM), 40)])
    files = certificate / "cert.pem", certificate / "key.pem"
    with running_http2(upstream, *files) as behind, running(App(behind)) as url:

        async def ask_together():
            async with httpx.AsyncClient() as client:
                return await asyncio.gather(
                    *(client.post(url + OPENAI.path, json=ASK) for _ in range(6))
                )

        for answer in asyncio.run(ask_together()):
            assert OPENAI.texts(answer.content, True)[0] == masked(TEXT)
    assert upstream.versions == ["2"] * 6
    assert len(upstream.clients) == 1


def test_stats_and_metrics_count_and_hold_no_secret():
    upstream = Upstream([STREAM])
    with running(upstream) as behind, running(App(behind)) as url:
        httpx.post(url + OPENAI.path, json=ASK, headers={"Authorization": f"Bearer {TOKEN}"})
        httpx.get(url + "/v1/models")
        stats = httpx.get(url + "/.unleak/stats").text
        metrics = httpx.get(url + "/.unleak/metrics").text
        assert httpx.get(url + "/.unleak/other").status_code == 404
    assert upstream.headers[0][b"authorization"] == f"Bearer {TOKEN}".encode()
    assert TOKEN not in stats + metrics
    counted = json.loads(stats)
    assert counted["findings"] == {"masked github-token": 1}
    assert counted["requests"] == {"openai-completions": 1}
    assert counted["unknown_requests"] == {"total": 1}
    assert 'unleak_guard_findings_total{done="masked",kind="github-token"} 1' in metrics
