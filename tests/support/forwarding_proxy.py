"""A proxy between the program and the account: it records calls, and can let the program's credentials expire."""

import http.client
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

EXPIRED = b'{"__type": "ExpiredTokenException", "message": "The security token included in the request is expired"}'


@dataclass
class ForwardingProxy:
    """A server on loopback that forwards calls to the account; a context manager. Set `expired` to refuse all calls."""

    account: str
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The action and the access key id of each call."""
    expired: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def access_keys(self, action: str) -> set[str]:
        """Return the access key ids that called the action."""
        return {key for called, key in self.calls if called == action}

    def __enter__(self) -> Self:
        proxy = self

        class Forwarding(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.record(self.headers["X-Amz-Target"], body, self.headers["Authorization"])
                status, headers, answer = proxy.answer(self.path, body, dict(self.headers))
                self.send_response(status)
                for name in ("Content-Type", "x-amzn-requestid"):
                    if name in headers:
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Forwarding)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def record(self, target: str | None, body: bytes, authorization: str) -> None:
        action = target.rpartition(".")[2] if target else parse_qs(body.decode())["Action"][0]
        key = re.search(r"Credential=([^/]+)/", authorization)
        self.calls.append((action, key[1] if key else ""))

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self.expired.is_set():
            expired = http.client.HTTPMessage()
            expired["Content-Type"] = "application/x-amz-json-1.0"
            return 400, expired, EXPIRED
        connection = http.client.HTTPConnection(urlsplit(self.account).netloc, timeout=30)
        try:
            connection.request("POST", path, body, headers)
            found = connection.getresponse()
            return found.status, found.headers, found.read()
        finally:
            connection.close()
