import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from emulator.forwarder import Forwarder, Route, Target

Forward = Callable[[Route], Forwarder]


class Application(BaseHTTPRequestHandler):
    """Answers with the request; some methods misbehave."""

    protocol_version = "HTTP/1.1"
    paused = threading.Event()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = f"{self.command} {self.path} {self.headers['Host']} ".encode() + body
        self.send_response(201, "Made")
        self.send_header("X-Forwarded", str(self.headers["X-Forwarded-For"]))
        self.send_header("Content-Length", str(len(asked)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(asked)

    do_GET = do_HEAD = do_POST = do_PROPFIND = answer  # noqa: N815 -- names that http.server looks for

    def do_PUT(self) -> None:
        """Answers a request in chunks with the same chunks."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while size := int(self.rfile.readline(), 16):
            self.wfile.write(b"%x\r\n%b\r\n" % (size, self.rfile.read(size)))
            self.rfile.readline()
        self.wfile.write(b"0\r\n\r\n")

    def do_BREAK(self) -> None:
        """Sends less than its Content-Length."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def do_HANG(self) -> None:
        self.paused.wait(30)

    def do_STREAM(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"one")
        self.paused.wait(30)
        self.wfile.write(b"two")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def application() -> Iterator[int]:
    Application.paused.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    Application.paused.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def forward() -> Iterator[Forward]:
    forwarders: list[Forwarder] = []

    def forward(route: Route) -> Forwarder:
        forwarder = Forwarder(route)
        forwarder.start()
        forwarders.append(forwarder)
        return forwarder

    yield forward
    for forwarder in forwarders:
        forwarder.stop()


@pytest.fixture
def client(application: int, forward: Forward) -> Iterator[http.client.HTTPConnection]:
    forwarder = forward(lambda host: Target("127.0.0.1", application, {"X-Environment": host}))
    connection = http.client.HTTPConnection("127.0.0.1", forwarder.port, timeout=10)
    yield connection
    connection.close()


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("method", ["GET", "POST", "PROPFIND"])
def test_a_request_reaches_the_target_unchanged(client: http.client.HTTPConnection, method: str) -> None:
    client.request(method, "/path?a=b%20c", b"body", {"Host": "shop.example:8080"})
    answer = client.getresponse()
    assert (answer.status, answer.reason) == (201, "Made")
    assert answer.read() == f"{method} /path?a=b%20c shop.example:8080 body".encode()


def test_the_route_gets_the_host_without_its_port_and_its_headers_are_added(
    client: http.client.HTTPConnection,
) -> None:
    client.request("GET", "/", headers={"Host": "shop.example:8080"})
    assert client.getresponse().headers["X-Environment"] == "shop.example"


def test_the_target_gets_the_clients_address(client: http.client.HTTPConnection) -> None:
    client.request("GET", "/")
    assert client.getresponse().headers["X-Forwarded"] == "127.0.0.1"


def test_a_connection_carries_several_requests(client: http.client.HTTPConnection) -> None:
    client.connect()
    first = client.sock
    for method in ("GET", "HEAD", "POST", "GET"):
        client.request(method, "/")
        assert client.getresponse().read() == (
            b"" if method == "HEAD" else f"{method} / {client.host}:{client.port} ".encode()
        )
    assert client.sock is first


def test_a_body_in_chunks_is_forwarded_in_both_directions(client: http.client.HTTPConnection) -> None:
    client.request("PUT", "/", iter([b"first", b"second" * 50_000]), encode_chunked=True)
    assert client.getresponse().read() == b"first" + b"second" * 50_000


def test_an_answer_is_forwarded_while_it_arrives(client: http.client.HTTPConnection) -> None:
    client.request("STREAM", "/")
    answer = client.getresponse()
    assert answer.read(3) == b"one"
    Application.paused.set()
    assert answer.read() == b"two"


def test_an_absolute_request_target_names_the_host(application: int, forward: Forward) -> None:
    proxy = forward(lambda host: Target("127.0.0.1", application, {"X-Host": host}))
    answer = ask(
        proxy.port, b"GET http://shop.example:80/path?q HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
    )
    assert b"X-Host: shop.example\r\n" in answer
    assert answer.endswith(b"GET /path?q shop.example ")


def test_a_client_of_http_1_0_gets_an_answer_without_chunks(application: int, forward: Forward) -> None:
    forwarder = forward(lambda _: Target("127.0.0.1", application))
    answer = ask(forwarder.port, b"PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert b"Transfer-Encoding" not in answer
    assert answer.endswith(b"\r\n\r\nabc")


def test_a_host_without_a_target_gives_503_with_the_reason(forward: Forward) -> None:
    forwarder = forward(lambda host: f"{host} has no instances")
    answer = ask(forwarder.port, b"POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4\r\n\r\nbody")
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"shop.example has no instances" in answer


def test_a_target_that_refuses_connections_gives_502(forward: Forward) -> None:
    target = Target("127.0.0.1", closed_port())
    forwarder = forward(lambda _: target)
    assert ask(forwarder.port, b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").startswith(b"HTTP/1.1 502 ")


def test_a_target_that_does_not_answer_gives_504(
    client: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.forwarder._Handler.timeout", 0.1)
    client.request("HANG", "/")
    assert client.getresponse().status == 504


def test_an_incomplete_answer_breaks_the_clients_connection(client: http.client.HTTPConnection) -> None:
    client.request("BREAK", "/")
    with pytest.raises(http.client.IncompleteRead):
        client.getresponse().read()


def test_a_body_without_a_valid_length_gives_400(application: int, forward: Forward) -> None:
    forwarder = forward(lambda _: Target("127.0.0.1", application))
    answer = ask(forwarder.port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_connect_is_refused(forward: Forward) -> None:
    forwarder = forward(lambda _: "never asked")
    answer = ask(forwarder.port, b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 501 ")
    assert b"plain http://" in answer


def test_stop_cuts_open_connections(application: int, forward: Forward) -> None:
    forwarder = forward(lambda _: Target("127.0.0.1", application))
    client = http.client.HTTPConnection("127.0.0.1", forwarder.port, timeout=10)
    client.request("GET", "/")
    assert client.getresponse().read().startswith(b"GET / ")
    forwarder.stop()
    forwarder.stop()
    assert client.sock.recv(1) == b""
    client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", forwarder.port), timeout=10)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not wake the thread")
def test_stop_returns_at_once(forward: Forward) -> None:
    forwarder = forward(lambda _: "never asked")
    began = time.monotonic()
    forwarder.stop()
    assert time.monotonic() - began < 0.5
