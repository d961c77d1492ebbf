"""One HTTP request for a status code, within a time limit.

The server is under test, so it is not trusted: at most MAX_BODY_BYTES of its body are read, its redirects are not
followed, a slow answer ends at the limit, and no name leads the request to addresses that give out credentials.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from lambdas.addresses import blocked_address, is_blocked

MAX_BODY_BYTES: Final = 65_536


class NoAnswerError(Exception):
    """There is no status code. The message says why, in a few words."""


class _DeadlineError(Exception):
    """The time limit. Not a TimeoutError, which urllib3 would catch."""


def get_status(
    url: str, headers: Mapping[str, str], seconds: float, *, host: str | None = None, contains: str | None = None
) -> int:
    """Return the status code of a GET. Raises NoAnswerError. Call it in the main thread, as Lambda does.

    `host`: sent as the Host header, and the name that a certificate must have. `contains`: an answer without this text
    counts as none.
    """
    name = urlsplit(url).hostname or ""
    if address := blocked_address(name):
        raise NoAnswerError(f"{name} is {address}, where a health check may not go")
    # Compressed, a small body may become a huge one.
    sent = {**headers, **({"Host": host} if host else {}), **({"Accept-Encoding": "identity"} if contains else {})}
    try:
        with (
            _deadline(seconds),
            _session(host) as session,
            session.get(url, headers=sent, timeout=seconds, allow_redirects=False, stream=True) as answer,
        ):
            if contains and contains.encode() not in answer.raw.read(MAX_BODY_BYTES, decode_content=False):
                raise NoAnswerError(f"{answer.status_code} without the text {contains!r}")
            return answer.status_code
    except _DeadlineError as error:
        raise NoAnswerError(f"none within {seconds:g} seconds") from error
    except (requests.RequestException, HTTPError) as error:
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

    def __init__(self, host: str | None) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        if self._host:
            options |= {"server_hostname": self._host, "assert_hostname": self._host}
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None. Otherwise requests reads the whole body of a redirect, even one that it does not follow."""
        return None


def _session(host: str | None) -> requests.Session:
    session = _Session()
    session.mount("http://", _Adapter(None))
    session.mount("https://", _Adapter(host))
    return session
