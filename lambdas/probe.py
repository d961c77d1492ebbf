"""One HTTP request that tells a status code, and no more, within its time.

What answers is under test, so it is not trusted: its body is never read, its redirects are not followed, and it may
neither drip for ever nor lead the request to where credentials are.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lambdas.addresses import blocked_address, is_blocked


class NoAnswerError(Exception):
    """There is no status code; the message says why, in a few words."""


class _DeadlineError(Exception):
    """Nothing that urllib3 catches, as it does with TimeoutError."""


def get_status(url: str, headers: Mapping[str, str], seconds: float) -> int:
    """The status code that a GET is answered with. Raises NoAnswerError. Only for a main thread, as Lambda's is."""
    host = urlsplit(url).hostname or ""
    if address := blocked_address(host):
        raise NoAnswerError(f"{host} is {address}, where a health check may not go")
    try:
        with (
            _deadline(seconds),
            _session() as session,
            session.get(url, headers=dict(headers), timeout=seconds, allow_redirects=False, stream=True) as answer,
        ):
            return answer.status_code
    except _DeadlineError as error:
        raise NoAnswerError(f"none within {seconds:g} seconds") from error
    except requests.RequestException as error:
        raise NoAnswerError(type(error).__name__) from error


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End the block with _DeadlineError. The time-outs of requests apply to each read, not to all of them."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise _DeadlineError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _HttpConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _require_allowed(self)


class _HttpsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _require_allowed(self)


def _require_allowed(connection: HTTPConnection) -> None:
    """By the address at the other end, whatever DNS says of the name before or after; nothing was asked yet."""
    address = connection.sock.getpeername()[0]
    if is_blocked(address):
        connection.close()
        raise NoAnswerError(f"{connection.host} is {address}, where a health check may not go")


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class _Adapter(HTTPAdapter):
    """Connects as above. Where a proxy is set, it connects to that, and names are the proxy's to resolve."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """None: of a redirect, even one that is not followed, requests would read the whole body."""
        return None


def _session() -> requests.Session:
    session = _Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
