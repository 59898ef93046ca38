"""The certificate: what it says, whose it is, and about which files."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from unleak.core.envelope import said_in
from unleak.core.errors import ExitCode, UsageError
from unleak.core.keys import MasterKey
from unleak.erase.certificate import (
    NOT_GUARANTEED,
    CertificateError,
    certificate,
    check,
    content_of,
    key_id,
    new_digest_of,
    pem,
    public_key,
    read_public_key,
    signed,
)
from unleak.models.load import CERTIFICATE
from unleak.probe.suite import Case

CANARY = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
OTHER = MasterKey(b"o" * 32)


@pytest.fixture
def model(tmp_path):
    """The files of a model, and what may lie beside them."""
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "tokenizer.json", "sub/more.safetensors"):
        (folder / name).write_text(f"content of {name}")
    (folder / "README.md").write_text("# a card")
    (folder / ".gitattributes").write_text("hidden")
    return folder


@pytest.fixture
def envelope(model, key):
    case = Case(
        "x", f'token = "{CANARY}" again "', key.fingerprinter.secret(CANARY, "github-token")
    )
    return certificate(
        method="edit",
        old_digest="old",
        new_digest="new",
        model=model,
        report={
            "verification": {"depth": "standard", "attacks_not_run": ["nf4"]},
            "secrets": [
                {"id": "x", "verdict": "erased", "attacks": {"greedy": {"recovered": False}}}
            ],
            "utility": {"tokens": 12},
            "verdict": "erased",
        },
        cases=[case],
        key=key,
    )


@pytest.fixture
def file(model, envelope):
    path = model / CERTIFICATE
    path.write_text(json.dumps(envelope))
    return path


def test_it_is_an_in_toto_statement_about_the_models_files(envelope):
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    content = content_of(envelope)
    assert content["_type"] == "https://in-toto.io/Statement/v1"
    assert content["predicateType"].startswith("urn:unleak:")
    assert [s["name"] for s in content["subject"]] == [
        "config.json", "model.safetensors", "sub/more.safetensors", "tokenizer.json"
    ]  # fmt: skip
    assert all(len(s["digest"]["sha256"]) == 64 for s in content["subject"])
    said = content["predicate"]
    assert said["verification"]["attacks_run"] == ["greedy"]
    assert said["verification"]["attacks_not_run"] == ["nf4"]
    assert said["not_guaranteed"] == list(NOT_GUARANTEED)
    assert said["tool"]["name"] == "unleak"
    assert new_digest_of(envelope) == "new"


def test_it_holds_a_fingerprint_and_no_secret(envelope, key):
    text = json.dumps(content_of(envelope))
    assert CANARY not in text
    assert CANARY[4:20] not in text
    assert key.fingerprinter.fingerprint(CANARY) in text


def test_the_signature_is_dsse(envelope, key):
    """As another implementation would check it."""
    body = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    told = b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(body)).encode(), body])
    (signature,) = envelope["signatures"]
    public_key(key).verify(base64.b64decode(signature["sig"]), told)
    assert signature["keyid"] == key_id(public_key(key))


def test_a_good_one_is_believed(file, model, key):
    assert check(file, model, public_key(key))["predicate"]["verdict"] == "erased"
    (model / "README.md").write_text("# another card")  # prose may change
    (model / ".git").mkdir()
    check(file, model, public_key(key))


def damaged(envelope, **changes):
    return json.dumps({**envelope, **changes})


def test_a_changed_payload_is_not(file, model, key, envelope):
    content = content_of(envelope)
    content["predicate"]["verdict"] = "perfect"
    payload = base64.b64encode(json.dumps(content).encode()).decode()
    file.write_text(damaged(envelope, payload=payload))
    with pytest.raises(CertificateError, match="changed after it was signed") as caught:
        check(file, model, public_key(key))
    assert caught.value.exit_code == ExitCode.LEAK
    file.write_text(damaged(envelope, payloadType="text/plain"))
    with pytest.raises(CertificateError, match="changed after"):
        check(file, model, public_key(key))


def test_another_key_is_not(file, model, envelope):
    with pytest.raises(CertificateError, match="signed with another key"):
        check(file, model, public_key(OTHER))


def test_one_that_is_signed_again_by_another_is_not(file, model, key, envelope):
    file.write_text(json.dumps(signed(content_of(envelope), OTHER)))
    with pytest.raises(CertificateError, match="--public-key"):
        check(file, model, public_key(key))


@pytest.mark.parametrize("signatures", [[], None, "none"])
def test_an_unsigned_one_is_not(file, model, key, envelope, signatures):
    file.write_text(damaged(envelope, signatures=signatures))
    with pytest.raises(CertificateError, match="not signed"):
        check(file, model, public_key(key))


def test_one_good_signature_of_two_will_do(file, model, key, envelope):
    both = signed(content_of(envelope), OTHER)["signatures"]
    # The same bytes must be signed: the other's signature is of its own envelope.
    file.write_text(damaged(envelope, signatures=[*both, *envelope["signatures"]]))
    check(file, model, public_key(key))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: (m / "model.safetensors").write_text("other weights"), "model.safetensors was"),
        (lambda m: (m / "config.json").unlink(), "config.json is missing"),
        (lambda m: (m / "model.bin").write_text("pickle"), "model.bin is not part"),
        (lambda m: (m / "sub" / "a.py").write_text("code"), "sub/a.py is not part"),
    ],
    ids=["changed", "missing", "extra", "extra below"],
)
def test_each_file_that_differs_is_named(file, model, key, change, words):
    change(model)
    with pytest.raises(CertificateError, match=words):
        check(file, model, public_key(key))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"payload": "!!", "signatures": [{"sig": "AA=="}]}', "not json"]
)
def test_what_is_no_certificate_is_an_error(file, model, key, content):
    file.write_text(content)
    with pytest.raises((UsageError, CertificateError), match=r"certificate|damaged"):
        check(file, model, public_key(key))


def test_another_statement_is_told_apart(file, model, key, envelope):
    other = {**content_of(envelope), "predicateType": "https://slsa.dev/provenance/v1"}
    file.write_text(json.dumps(signed(other, key)))
    with pytest.raises(UsageError, match="another kind"):
        check(file, model, public_key(key))


def test_missing_files_are_one_line(tmp_path, file, key):
    with pytest.raises(UsageError, match="No such file"):
        check(tmp_path / "none", tmp_path, public_key(key))
    with pytest.raises(UsageError, match="no such folder"):
        check(file, tmp_path / "none", public_key(key))


def test_public_keys_travel_as_pem(tmp_path, key):
    path = tmp_path / "key.pem"
    path.write_text(pem(public_key(key)))
    read = read_public_key(path)
    assert isinstance(read, Ed25519PublicKey)
    assert key_id(read) == key_id(public_key(key)) != key_id(public_key(OTHER))
    path.write_text("nonsense")
    with pytest.raises(UsageError, match="no Ed25519 public key"):
        read_public_key(path)
    with pytest.raises(UsageError, match="No such file"):
        read_public_key(tmp_path / "none")


def test_the_public_key_tells_nothing_of_the_users(key):
    assert key.certificates not in pem(public_key(key)).encode()
    assert len({key.certificates, key.encryption, key.known_secrets}) == 3


def test_what_it_says_can_be_read_without_believing_it(envelope, key):
    said = said_in(envelope)
    assert said["verdict"] == "erased"
    assert said["signed_by"] == key_id(public_key(key))
    report = {"verdict": "failed", "secrets": []}
    assert said_in(report) == report
    assert said_in({"payload": "!", "signatures": []}) == {"payload": "!", "signatures": []}
