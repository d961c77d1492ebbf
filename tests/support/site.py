"""An environment that answers users, and the zone in which its name leads to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rehearsal.traffic import ANSWERED_BY, DnsAnswer

NAME = "shop-prod.us-east-1.elasticbeanstalk.com"


@dataclass
class Site:
    """An environment that answers; what it answers, and what it was asked."""

    port: int = 0
    answered_by: str | None = "shop-prod/v1"
    status: int = 200
    body: bytes = b"Welcome\n"
    before_answering: Callable[[], object] = lambda: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Connections that are cut are part of the tests, and no news."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            site.connections += 1
            super().setup()

        def do_GET(self) -> None:
            site.asked.append((self.headers["Host"], self.path))
            site.before_answering()
            self.send_response(site.status)
            if site.answered_by:
                self.send_header(ANSWERED_BY, site.answered_by)
            self.send_header("Content-Length", str(len(site.body)))
            self.end_headers()
            self.wfile.write(site.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.port = server.server_port
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Dns:
    """A zone of one name that can be moved; counts the look-ups."""

    site: Site
    ttl: float = 60.0
    look_ups: int = 0

    def __call__(self, name: str) -> DnsAnswer:
        assert name == NAME
        self.look_ups += 1
        return DnsAnswer("127.0.0.1", self.site.port, self.ttl)
