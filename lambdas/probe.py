"""One HTTP request for a status code, within a time limit.

The server is under test, so it is not trusted: its body is never read, its redirects are not followed, a slow answer
ends at the limit, and no name leads the request to addresses that give out credentials.
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
    """There is no status code. The message says why, in a few words."""


class _DeadlineError(Exception):
    """The time limit. Not a TimeoutError, which urllib3 would catch."""


def get_status(url: str, headers: Mapping[str, str], seconds: float) -> int:
    """Return the status code of a GET. Raises NoAnswerError. Call it in the main thread, as Lambda does."""
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
    """Raise NoAnswerError for a blocked peer address, before a byte is sent. DNS may answer differently each time."""
    address = connection.sock.getpeername()[0]
    if is_blocked(address):
        connection.close()
        raise NoAnswerError(f"{connection.host} is {address}, where a health check may not go")


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class _Adapter(HTTPAdapter):
    """Connects through the pools above. With a proxy, only the proxy resolves names."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None. Otherwise requests reads the whole body of a redirect, even one that it does not follow."""
        return None


def _session() -> requests.Session:
    session = _Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
