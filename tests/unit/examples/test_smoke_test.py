"""The sample hook passes an environment that answers as its checks say, and names each check that failed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from examples.hooks.smoke_test import handler
from lambdas.hooks import HookAnswer


class FakeShop(BaseHTTPRequestHandler):
    """A shop with a front page and a cart that redirects."""

    def do_GET(self) -> None:
        """Answer by the path, with the Host header in the body."""
        self.send_response({"/": 200, "/cart": 302}.get(self.path, 404))
        self.end_headers()
        self.wfile.write(f"<h1>Shop</h1> {self.headers['Host']}".encode())

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), FakeShop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def answer(endpoint: str, **details: Any) -> dict[str, Any]:
    """Return what the hook answers, which the contract allows."""
    answered = handler({"release": {"endpoint": endpoint}, "hookDetails": details}, None)
    assert HookAnswer.from_json(answered).status in ("SUCCEEDED", "FAILED")
    return answered


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"checks": [{"path": "/", "contains": "<h1>Shop"}, {"path": "/cart", "status": 302}]},
        {"checks": [{"path": "/", "contains": "shop.example.com"}], "host": "shop.example.com"},
    ],
)
def test_an_environment_that_answers_as_expected_passes(endpoint: str, details: dict[str, Any]) -> None:
    assert answer(endpoint, **details) == {"hookStatus": "SUCCEEDED"}


def test_each_check_that_failed_is_named(endpoint: str) -> None:
    checks = [{"path": "/"}, {"path": "/cart"}, {"path": "/", "contains": "Sale"}]
    assert answer(endpoint, checks=checks) == {
        "hookStatus": "FAILED",
        "hookDetails": {"failed": ["/cart answered 302, expected 200", "/ answered without the text 'Sale'"]},
    }


def test_an_environment_that_does_not_answer_fails() -> None:
    (failed,) = answer("127.0.0.1:1")["hookDetails"]["failed"]
    assert "/ gave no answer" in failed
