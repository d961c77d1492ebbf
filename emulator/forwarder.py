"""A small HTTP/1.1 server that forwards requests. It serves as load balancer and as the account's forward proxy."""

import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

IDLE_SECONDS = 60.0
"""The idle timeout of an Application Load Balancer in real seconds, for clients and for targets."""

_CHUNK_BYTES = 64 * 1024
_HOP_BY_HOP = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True)
class Target:
    """Where to forward a request, and the headers to add to the answer. `ended` gets the answer's status."""

    address: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    ended: Callable[[int], None] = lambda _status: None


@dataclass(frozen=True)
class OwnAnswer:
    """An answer that needs no target: its HTTP status, its text, and the headers to add."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[[str], Target | OwnAnswer | str]
"""Returns the target for a requested host, the answer in place of one, or the reason why there is none."""


class Forwarder:
    """Forwards HTTP requests from a loopback port to the target that `route` returns for the requested host.

    Answers as an Application Load Balancer does: 503 without a target, 502 when the target refuses or breaks the
    connection, 504 when it does not answer for IDLE_SECONDS. A request may name an absolute URL
    (`GET http://host/path`), so a client can use a Forwarder as its HTTP_PROXY. CONNECT gets 501.
    """

    def __init__(self, route: Route, port: int = 0) -> None:
        self._server = _Server(route, port)
        # It looks once a second whether it is to stop. Each look wakes the process, for each environment.
        self._thread = Thread(target=self._server.serve_forever, args=(1.0,), daemon=True)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        """Start to serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut open connections. May be called again."""
        if self._thread.is_alive():
            with suppress(OSError):  # Linux wakes the thread, so that nothing waits for its next look.
                self._server.socket.shutdown(socket.SHUT_RDWR)
            self._server.shutdown()
        self._server.server_close()
        self._server.cut_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, route: Route, port: int) -> None:
        self.route = route
        self._connections: set[socket.socket] = set()
        self._changing = Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        # The base class looks up the host's full name here. That can take seconds, and nothing uses the name.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changing:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._changing:
            self._connections.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        with self._changing:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close their connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: _Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Return the forwarding method for `do_GET`, `do_POST` and so on, which the base class asks for."""
        if name.startswith("do_"):
            return self._forward
        raise AttributeError(name)

    def do_CONNECT(self) -> None:
        self.close_connection = True
        self._refuse(HTTPStatus.NOT_IMPLEMENTED, "This proxy carries plain http:// only. Do not send it CONNECT.")

    def _forward(self) -> None:
        host, path = self._requested()
        target = self.server.route(host)
        if isinstance(target, str):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, target)
            return
        if isinstance(target, OwnAnswer):
            self._refuse(HTTPStatus(target.status), target.text, target.headers)
            return
        connection = http.client.HTTPConnection(target.address, target.port, timeout=self.timeout)
        status = HTTPStatus.BAD_GATEWAY.value
        try:
            answer = self._answer(connection, path)
        except ValueError as error:
            status = HTTPStatus.BAD_REQUEST
            self._refuse(status, f"The request's body has no valid length: {error}.")
        except TimeoutError:
            status = HTTPStatus.GATEWAY_TIMEOUT
            self._refuse(status, f"The target of {host} did not answer in {self.timeout:g} s.")
        except (OSError, http.client.HTTPException) as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"The target of {host} did not answer: {error!r}.")
        else:
            status = answer.status
            self._relay(answer, target.headers)
        finally:
            connection.close()
            target.ended(status)

    def _requested(self) -> tuple[str, str]:
        """Return the requested host without its port, and the path with its query."""
        target = urlsplit(self.path)
        host = target.netloc or self.headers.get("Host", "")
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        return urlsplit(f"//{host}").hostname or "", path if target.netloc else self.path

    def _answer(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self._forwarded_headers():
            connection.putheader(name, value)
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        body = self._chunks() if chunked else self._sized(int(self.headers.get("Content-Length", 0)))
        connection.endheaders(body, encode_chunked=chunked)
        return connection.getresponse()

    def _forwarded_headers(self) -> Iterator[tuple[str, str]]:
        yield from ((name, value) for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP)
        yield "X-Forwarded-For", self.client_address[0]
        yield "X-Forwarded-Proto", "http"
        yield "X-Forwarded-Port", "80"
        yield "Connection", "close"

    def _sized(self, length: int) -> Iterator[bytes]:
        while length > 0 and (piece := self.rfile.read1(min(length, _CHUNK_BYTES))):
            length -= len(piece)
            yield piece
        if length > 0:
            raise ConnectionAbortedError("the client ended its request too early")

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield from self._sized(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _relay(self, answer: http.client.HTTPResponse, headers: Mapping[str, str]) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in [*answer.getheaders(), *headers.items()]:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        # An answer without a length is sent in chunks. To an HTTP/1.0 client it ends with the connection.
        unsized = answer.length is None
        chunked = unsized and self.request_version != "HTTP/1.0"
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        if unsized and not chunked:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self._relay_body(answer, chunked)

    def _relay_body(self, answer: http.client.HTTPResponse, chunked: bool) -> None:
        try:
            while piece := answer.read1(_CHUNK_BYTES):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            # The status is already sent: only a broken connection shows the client that the answer is incomplete.
            self.close_connection = True

    def _refuse(self, status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None) -> None:
        body = f"{status.value} {status.phrase}: {reason}\n".encode()
        # Otherwise an unread body of the request would be read as the next request.
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name in the base class
        """The account keeps no access log."""
