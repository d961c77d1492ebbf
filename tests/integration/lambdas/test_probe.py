"""What a health check may ask, and that no answer can hold it up, fill its memory or lead it elsewhere."""

import gzip
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from lambdas.addresses import blocked_address, is_blocked
from lambdas.probe import NoAnswerError, get_status

URL = "http://shop.example/"
SECONDS = 0.4
MANY = 2_000_000
"""Pieces, which is as good as endless here."""


@contextmanager
def answering(*pieces: bytes | Iterator[bytes], pause: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers each connection with these pieces, whatever it is asked: its port, and what it was asked.

    `pause`: real seconds between two pieces.
    """
    asked: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with suppress(OSError), connection:
                    asked.append(connection.recv(65536))
                    for piece in pieces:
                        for part in [piece] if isinstance(piece, bytes) else piece:
                            connection.sendall(part)
                            if pause:
                                waited(connection, pause)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1], asked
        listening.shutdown(socket.SHUT_RDWR)


def waited(connection: socket.socket, seconds: float) -> None:
    """Until the client goes away, but not longer than that. Raises OSError once it has gone."""
    connection.settimeout(seconds)
    with suppress(TimeoutError):
        if not connection.recv(1):
            raise ConnectionAbortedError


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes a server the proxy, as in the account: names need not be known, and the server is on loopback."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    def use(port: int) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")

    return use


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes every name resolve to an address, without a proxy."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)

    def use(address: str) -> None:
        def resolve(_host: str, port: int, *_: Any, flags: int = 0, **__: Any) -> list[Any]:
            if flags & socket.AI_NUMERICHOST:
                raise socket.gaierror
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    return use


HOSTILE: dict[str, tuple[list[bytes | Iterator[bytes]], float]] = {
    "nothing": ([b"", b""], 5),
    "a drip of headers": ([b"HTTP/1.1 200 OK\r\n", repeat(b"X-A: b\r\n", 90)], 0.1),
    "a drip within one header": ([b"HTTP/1.1 200 OK\r\nX-A: ", repeat(b"b", 900)], 0.1),
    "a drip of the status line": ([b"HTTP/1.1", repeat(b" ", 900)], 0.1),
    "provisional answers without end": ([repeat(b"HTTP/1.1 100 Continue\r\n\r\n", MANY)], 0),
    "headers without end": ([b"HTTP/1.1 200 OK\r\n", repeat(b"X-A: b\r\n", MANY)], 0),
    "one header without end": ([b"HTTP/1.1 200 OK\r\nX-A: ", repeat(b"b" * 1024, MANY)], 0),
    "no HTTP": ([repeat(b"\x00\xff" * 512, MANY)], 0),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_answer_ends_in_time_and_in_little_memory(proxied: Callable[[int], None], name: str) -> None:
    pieces, pause = HOSTILE[name]
    with answering(*pieces, pause=pause) as (port, _):
        proxied(port)
        with bounded(), pytest.raises(NoAnswerError):
            get_status(URL, {}, SECONDS)


@contextmanager
def bounded() -> Iterator[None]:
    """Fails if the block takes much longer than SECONDS, or more than a few MB."""
    tracemalloc.start()
    began = monotonic()
    try:
        yield
        assert monotonic() - began < SECONDS + 10
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n"
BOMB = gzip.compress(bytes(20_000_000))


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (OK + b"Content-Length: 99999999999\r\n\r\n", repeat(b"x" * 65536, MANY), 200),
        (OK + b"Content-Encoding: gzip\r\n\r\n", iter([BOMB]), 200),
        (MOVED + b"\r\n", repeat(b"x" * 65536, MANY), 302),
        (MOVED + b"Content-Encoding: gzip\r\n\r\n", iter([BOMB]), 302),
    ],
    ids=["endless", "gzip bomb", "endless redirect", "gzip bomb in a redirect"],
)
def test_a_body_is_not_read_and_a_redirect_not_followed(
    proxied: Callable[[int], None], head: bytes, body: Iterator[bytes], expected: int
) -> None:
    with answering(head, body) as (port, asked):
        proxied(port)
        with bounded():
            assert get_status(URL, {"Host": "other.example"}, SECONDS) == expected
    assert len(asked) == 1
    assert b"Host: other.example" in asked[0]


@pytest.mark.parametrize("body", [repeat(b"x" * 65536, MANY), iter([BOMB])], ids=["endless", "gzip bomb"])
def test_a_text_is_looked_for_in_a_bounded_part_of_the_body(
    proxied: Callable[[int], None], body: Iterator[bytes]
) -> None:
    with answering(OK + b"Content-Encoding: gzip\r\n\r\n", body) as (port, asked):
        proxied(port)
        with bounded(), pytest.raises(NoAnswerError):
            get_status(URL, {}, SECONDS, contains="ready")
    assert b"Accept-Encoding: identity" in asked[0]


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.169.254.",
        "169.254.43518",
        "2852039166",
        "0xA9FEA9FE",
        "0251.0376.0251.0376",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::169.254.169.254",
        "fd00:ec2::254",
        "fe80::1",
        "127.0.0.1",
        "127.1",
        "0",
        "::1",
        "::",
        "localhost",
        "LocalHost.",
        "a.localhost",
        "255.255.255.255",
    ],
)
def test_a_blocked_address_is_found_in_every_spelling_and_not_asked(proxied: Callable[[int], None], host: str) -> None:
    assert blocked_address(host)
    with answering(OK + b"\r\n") as (port, asked):
        proxied(port)
        with pytest.raises(NoAnswerError, match="where a health check may not go"):
            get_status(f"http://[{host}]/" if ":" in host else f"http://{host}/", {}, SECONDS)
    assert asked == []


@pytest.mark.parametrize("host", ["10.0.0.1", "172.16.0.9", "192.168.1.1", "203.0.113.7", "2600:1f18::1", "fd12::1"])
def test_other_addresses_are_not_blocked_private_ones_included(host: str) -> None:
    assert blocked_address(host) is None


@pytest.mark.parametrize("host", ["shop.example", "localhost.example", "", "x" * 300, "a..b", "\u2100.example"])
def test_a_name_is_not_taken_for_an_address(host: str) -> None:
    assert blocked_address(host) is None


def test_a_name_that_leads_to_a_blocked_address_is_not_asked(resolved: Callable[[str], None]) -> None:
    with answering(OK + b"\r\n") as (port, asked):
        resolved("127.0.0.1")
        with pytest.raises(NoAnswerError, match=r"rebound\.example is 127\.0\.0\.1, where a health check may not go"):
            get_status(f"http://rebound.example:{port}/", {}, SECONDS)
    assert asked in ([], [b""])


def test_the_zone_of_an_address_is_ignored() -> None:
    assert is_blocked("fe80::1%eth0")
