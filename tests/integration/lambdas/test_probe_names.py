"""A health check may name the host that it asks for, in the header and in the certificate, and the text it wants."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lambdas import probe
from lambdas.probe import MAX_BODY_BYTES, NoAnswerError, get_status

SECONDS = 5.0


class Site(BaseHTTPRequestHandler):
    """Answers 200 for www.shop.example, 404 for every other Host."""

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        body = b"x" * (MAX_BODY_BYTES - 5) + b"ready, and more"
        self.send_response(200 if host == "www.shop.example" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[int]:
    """Serve the site on loopback, by TLS with a certificate. Yield its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for www.shop.example and its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.shop.example")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(signed.public_bytes(pem) + private)
    return file


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the probe ask this machine."""
    monkeypatch.setattr(probe, "is_blocked", lambda _address: False)
    monkeypatch.setattr(probe, "blocked_address", lambda _host: None)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def test_the_host_is_asked_for_at_another_address() -> None:
    with serving() as port:
        url = f"http://127.0.0.1:{port}/"
        assert get_status(url, {}, SECONDS) == 404
        assert get_status(url, {}, SECONDS, host="www.shop.example") == 200


def test_the_certificate_must_have_the_host_in_it(certificate: Path, trusted: Callable[[], None]) -> None:
    trusted()
    with serving(certificate) as port:
        url = f"https://127.0.0.1:{port}/"
        assert get_status(url, {}, SECONDS, host="www.shop.example") == 200
        with pytest.raises(NoAnswerError, match="SSLError"):
            get_status(url, {}, SECONDS, host="www.other.example")


def test_the_certificate_must_be_signed_by_somebody_trusted(certificate: Path) -> None:
    with serving(certificate) as port, pytest.raises(NoAnswerError, match="SSLError"):
        get_status(f"https://127.0.0.1:{port}/", {}, SECONDS, host="www.shop.example")


def test_the_answer_must_contain_the_text_in_its_first_bytes() -> None:
    with serving() as port:
        url = f"http://127.0.0.1:{port}/"
        assert get_status(url, {}, SECONDS, host="www.shop.example", contains="ready") == 200
        with pytest.raises(NoAnswerError, match="200 without the text 'and more'"):
            get_status(url, {}, SECONDS, host="www.shop.example", contains="and more")
