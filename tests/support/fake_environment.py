"""A fake environment that answers requests, and a fake DNS for its name."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rehearsal.account.dns import DnsAnswer
from rehearsal.traffic import ANSWERED_BY

NAME = "shop-prod.us-east-1.elasticbeanstalk.com"


@dataclass
class FakeEnvironment:
    """What the environment answers, and the requests that it got: (host, path)."""

    port: int = 0
    answered_by: str | None = "shop-prod/v1"
    status: int = 200
    body: bytes = b"Welcome\n"
    before_answering: Callable[[], object] = lambda: None
    requests: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0


class FakeEnvironmentServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: tests cut connections on purpose."""


@contextmanager
def serving(environment: FakeEnvironment) -> Iterator[FakeEnvironment]:
    """Serve the environment on a free port while the block runs."""

    class RequestHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            environment.connections += 1
            super().setup()

        def do_GET(self) -> None:
            environment.requests.append((self.headers["Host"], self.path))
            environment.before_answering()
            self.send_response(environment.status)
            if environment.answered_by:
                self.send_header(ANSWERED_BY, environment.answered_by)
            self.send_header("Content-Length", str(len(environment.body)))
            self.end_headers()
            self.wfile.write(environment.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = FakeEnvironmentServer(("127.0.0.1", 0), RequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    environment.port = server.server_port
    try:
        yield environment
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class FakeDns:
    """Resolves one name to an environment, which a test may change; counts the look-ups."""

    environment: FakeEnvironment
    ttl: float = 60.0
    look_ups: int = 0

    def __call__(self, name: str) -> DnsAnswer:
        assert name == NAME
        self.look_ups += 1
        return DnsAnswer("127.0.0.1", self.environment.port, self.ttl)
