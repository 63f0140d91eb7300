"""What a server may answer, good and bad; the server is a fake one."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_inference_server import METADATA, FakeServer, embed, tensor, text
from numpy.typing import NDArray

from coughd.config.errors import ModelError
from coughd.detectors.hear.batching import scale_windows
from coughd.detectors.remote.model import RemoteModel
from coughd.detectors.remote.retrying import Retrying, UnreachableError
from coughd.detectors.remote.server import Server

pytest.importorskip("tritonclient.http", reason="comes with the extra coughd[remote]")

TOKEN = "s3cr3t-t0k3n"
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def asked_at(url: str, **changes: Any) -> Server:
    return replace(Server(url, "hear", None, timeout_s=20.0, retries=0), **changes)


def at_once(retries: int = 0) -> Retrying:
    return Retrying(retries, lambda _rest_s: None, lambda: 0.5)


def connect(fake: FakeServer, retries: int = 0, **changes: Any) -> RemoteModel:
    return RemoteModel.connect(asked_at(fake.url, **changes), at_once(retries), [1, 4])


def windows(count: int = 3) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    return rng.uniform(-0.5, 0.5, (count, 32_000)).astype(np.float32)


def test_each_window_gets_its_own_embedding(fake: FakeServer) -> None:
    model = connect(fake)
    np.testing.assert_allclose(
        embed(scale_windows(windows(11))), model.embed(windows(11)), rtol=1e-6
    )


def test_the_identity_is_what_the_server_says_of_itself(fake: FakeServer) -> None:
    model = connect(fake)
    identity = model.identity
    assert ("remote:hear@10", "remote", "fake_plan on fake 1.2") == (
        identity.name,
        identity.kind,
        identity.runtime,
    )
    model.embed(windows(1))
    assert "/v2/models/hear/versions/10/infer" == fake.asked[-1][0]
    fake.metadata["platform"] = "other_plan"
    assert connect(fake).identity.sha256 != identity.sha256


def test_a_version_may_be_chosen_and_must_be_there(fake: FakeServer) -> None:
    assert "remote:hear@2" == connect(fake, version="2").identity.name
    with pytest.raises(ModelError, match="has no version 3; it has 1, 10, 2"):
        connect(fake, version="3")


def test_the_token_is_sent_and_never_said(fake: FakeServer) -> None:
    model = connect(fake, token=TOKEN)
    assert {f"Bearer {TOKEN}"} == {headers["Authorization"] for _, headers in fake.asked}
    fake.answer = lambda _windows: text({"error": f"who is {TOKEN}?"}, 403)
    with pytest.raises(ModelError, match=r"does not let us in \(403 who is \*\*\*\?\)") as caught:
        model.embed(windows(1))
    assert TOKEN not in str(caught.value)
    fake.answer = lambda _windows: text({"error": f"who is {TOKEN}?"})
    with pytest.raises(ModelError, match=r"answered an error: who is \*\*\*"):
        model.embed(windows(1))
    assert TOKEN not in repr(asked_at(fake.url, token=TOKEN))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 16000]}]}, "HeAR's are FP32"),
        ({"inputs": [{"name": "x", "datatype": "BYTES", "shape": [-1, 32000]}]}, "BYTES"),
        ({"inputs": [METADATA["inputs"][0]] * 2}, "has 2 inputs"),
        ({"outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 1024]}]}, "HeAR's are FP32"),
        ({"outputs": [{"name": "y"}]}, "is not understood"),
        ({"inputs": "many"}, "is not understood|has 4 inputs"),
        ({"versions": 3}, "is not understood"),
    ],
)
def test_another_model_is_refused(
    fake: FakeServer, change: dict[str, object], sentence: str
) -> None:
    fake.metadata.update(change)
    with pytest.raises(ModelError, match=sentence):
        connect(fake)


def test_a_server_that_says_little_is_tested_all_the_same(fake: FakeServer) -> None:
    fake.metadata = {"name": "hear"}
    assert "remote:hear" == connect(fake).identity.name
    fake.answer = lambda given: tensor(np.ones((len(given), 512), np.float32))
    with pytest.raises(ModelError, match="the same embedding for unlike sounds"):
        connect(fake)


def halves(given: NDArray[np.float32]) -> Answer:
    return tensor(embed(given)[:, :256])


def too_many(given: NDArray[np.float32]) -> Answer:
    return tensor(np.concatenate([embed(given)] * 2))


def undefined(given: NDArray[np.float32]) -> Answer:
    return tensor(embed(given) * np.nan)


def whole_numbers(given: NDArray[np.float32]) -> Answer:
    return tensor(embed(given).astype(np.int32), datatype="INT32")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (halves, r"an array of shape \(1, 256\) to 1 windows"),
        (too_many, r"an array of shape \(2, 512\)"),
        (undefined, "undefined"),
        (whole_numbers, "of type int32"),
        (lambda given: tensor(embed(given), shape=[7, 512]), "what cannot be read"),
        (lambda given: tensor(embed(given), datatype="FLOAT"), "what cannot be read"),
        (lambda given: tensor(embed(given), name="other"), "what cannot be read"),
        (
            lambda given: tensor(embed(given), parameters={"binary_data_size": 8}),
            "what cannot be read",
        ),
        (lambda _given: text({"error": "out of memory"}), "answered an error: out of memory"),
        (lambda _given: text({}), "what cannot be read"),
        (lambda _given: text([]), "what cannot be read"),
        (lambda _given: text(b"<html>welcome</html>"), "what cannot be read"),
        (lambda _given: text(b""), "what cannot be read"),
        (
            lambda _given: (200, {"Inference-Header-Content-Length": "x"}, b""),
            "what cannot be read",
        ),
        (lambda _given: (200, {"Content-Encoding": "gzip"}, b"no"), "cannot be read|not answer"),
        (lambda _given: text({"error": "no such model"}, 404), "refuses: 404 no such model"),
        (lambda _given: text(b"nonsense", 400), "refuses: 400"),
    ],
)
def test_what_is_no_embedding_is_a_fault(fake: FakeServer, answer: Any, sentence: str) -> None:
    model = connect(fake)
    fake.answer = answer
    with pytest.raises(ModelError, match=sentence):
        model.embed(windows(1))
    fake.answer = None
    assert (1, 512) == model.embed(windows(1)).shape


def test_a_busy_server_is_asked_again(fake: FakeServer) -> None:
    model = connect(fake, retries=2)
    fake.failures_left = 2
    before = len(fake.asked)
    assert (1, 512) == model.embed(windows(1)).shape
    assert 3 == len(fake.asked) - before
    fake.failures_left = 3
    with pytest.raises(UnreachableError, match="cannot answer now: 503 busy"):
        model.embed(windows(1))


def test_a_server_that_hangs_is_given_up(fake: FakeServer) -> None:
    model = connect(fake)
    impatient = RemoteModel(
        type(model._client)(asked_at(fake.url, timeout_s=0.2)), model._metadata, at_once(), [1]
    )
    fake.hangs.set()
    with pytest.raises(UnreachableError, match="does not answer"):
        impatient.embed(windows(1))


def test_a_server_that_is_not_there() -> None:
    with FakeServer() as gone:
        url = gone.url
    with pytest.raises(UnreachableError, match=r"does not answer: .*refused"):
        RemoteModel.connect(asked_at(url), at_once(), [1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def fake_with_tls(certificate: Path) -> Iterator[FakeServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeServer(context) as server:
        yield server


def test_a_certificate_that_is_believed(fake_with_tls: FakeServer, certificate: Path) -> None:
    model = connect(fake_with_tls, ca_file=certificate, token=TOKEN)
    assert (1, 512) == model.embed(windows(1)).shape


def test_a_certificate_that_is_not_believed(fake_with_tls: FakeServer) -> None:
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        connect(fake_with_tls, token=TOKEN)
    assert [] == fake_with_tls.asked


def test_a_certificate_of_another_name(fake_with_tls: FakeServer, certificate: Path) -> None:
    url = fake_with_tls.url.replace("localhost", "127.0.0.1")
    server = asked_at(url, ca_file=certificate, token=TOKEN)
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        RemoteModel.connect(server, at_once(), [1])


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"embedder\.ca_file"):
        RemoteModel.connect(
            asked_at("https://localhost:1", ca_file=tmp_path / "none.pem"), at_once(), [1]
        )


def test_without_tritonclient_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tritonclient.http", None)
    with pytest.raises(ModelError, match=r"pip install 'coughd\[remote\]'"):
        RemoteModel.connect(asked_at("http://localhost:1"), at_once(), [1])
