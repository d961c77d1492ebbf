"""Traffic on a name: clients send requests without pause, keep DNS answers for their TTL, and note each answer.

Traffic judges a release, so it is strict: one connection for each request, no second try, and every answer but a 200
in time is a failure.
"""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rehearsal.account.dns import CLIENT_TIMEOUT_SECONDS, DnsAnswer

ANSWERED_BY = "X-Answered-By"
CLIENTS = 10
REQUESTS_PER_SECOND = 30.0
LATEST_REQUESTS = 10

Resolve = Callable[[str], DnsAnswer]


@dataclass(frozen=True)
class Request:
    """One request: `at` in real epoch seconds, the environment that answered, the failure if it failed.

    `answered_by` is a header of the answer, by default "<environment>/<version>", also for a failed request.
    """

    at: float
    answered_by: str | None = None
    failure: str | None = None


class TrafficClient:
    """One client of a name, with a DNS cache of its own.

    `age`: the part of its TTL that the first DNS answer has used already, from 0 to 1. Clients with different ages
    look the name up at different times, as clients do. `header`: the header of an answer that says who answered.
    """

    def __init__(
        self,
        name: str,
        resolve: Resolve,
        *,
        age: float = 0.0,
        header: str = ANSWERED_BY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._name = name
        self._resolve = resolve
        self._header = header
        self._age = age
        self._clock = clock
        self._answer: DnsAnswer | None = None
        self._expires = 0.0

    def request(self) -> Request:
        """Send one request and return its result. Raises nothing: every error is a failed request."""
        at = self._clock()
        try:
            status, answered_by = self._get(self._look_up(at))
        except Exception as error:  # noqa: BLE001 - an error of any kind leaves the user without an answer
            return Request(at, failure=str(error) or type(error).__name__)
        if status != http.client.OK:
            return Request(at, answered_by, f"status {status}")
        if answered_by is None:
            return Request(at, failure=f"expected the header {self._header} in the answer, found none")
        if (took := self._clock() - at) > CLIENT_TIMEOUT_SECONDS:
            return Request(at, answered_by, f"took {took:.1f} s")
        return Request(at, answered_by)

    def _look_up(self, now: float) -> DnsAnswer:
        if self._answer is None or now >= self._expires:
            self._answer = self._resolve(self._name)
            self._expires = now + self._answer.ttl * (1 - self._age)
            self._age = 0.0
        return self._answer

    def _get(self, answer: DnsAnswer) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection(answer.address, answer.port, timeout=CLIENT_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/", headers={"Host": self._name, "Connection": "close"})
            response = connection.getresponse()
            response.read()
            return response.status, response.headers[self._header]
        finally:
            connection.close()


class Traffic:
    """Many clients of one name, from `start` (or entering the context) to `stop` (or leaving it).

    `requests_per_second`: of all clients together, in real time. `header`: as in TrafficClient. `kept`: how many of the
    latest requests are kept at least, None for all.
    """

    def __init__(
        self,
        name: str,
        resolve: Resolve,
        *,
        clients: int = CLIENTS,
        requests_per_second: float = REQUESTS_PER_SECOND,
        header: str = ANSWERED_BY,
        kept: int | None = None,
    ) -> None:
        self._interval = clients / requests_per_second
        self._kept = kept
        self._requests: list[Request] = []
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._send_requests,
                args=(
                    TrafficClient(name, resolve, age=number / clients, header=header),
                    self._interval * number / clients,
                ),
                name=f"traffic-{number}",
                daemon=True,
            )
            for number in range(clients)
        ]

    def start(self) -> None:
        """Start the clients."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the clients, and return when their last requests have ended."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order in which they ended."""
        return self._requests.copy()

    def since(self, at: float) -> list[Request]:
        """Return the requests made at or after that moment (real epoch seconds)."""
        return [request for request in self.requests if request.at >= at]

    @property
    def failed(self) -> list[Request]:
        """The requests that failed so far."""
        return failed_requests(self.requests)

    def failed_since(self, at: float) -> list[Request]:
        """Return the failed requests made at or after that moment (real epoch seconds)."""
        return failed_requests(self.since(at))

    @property
    def served_by(self) -> list[str]:
        """The "<environment>/<version>" that answered, each once, in the order of the first answers."""
        return list(dict.fromkeys(request.answered_by for request in self.requests if request.answered_by))

    @property
    def last_served_by(self) -> list[str]:
        """The same for the latest requests; a failed request gives its failure instead."""
        latest = self.requests[-LATEST_REQUESTS:]
        return list(dict.fromkeys(request.failure or str(request.answered_by) for request in latest))

    def _send_requests(self, client: TrafficClient, delay: float) -> None:
        due = time.monotonic() + delay
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            self._requests.append(client.request())
            if self._kept is not None and len(self._requests) > 2 * self._kept:
                del self._requests[: -self._kept]
            due = max(due + self._interval, time.monotonic())


def count_answers(requests: Iterable[Request]) -> Counter[str]:
    """Return how many requests were answered well, by "<environment>/<version>"."""
    return Counter(request.answered_by for request in requests if request.answered_by and not request.failure)


def failed_requests(requests: Iterable[Request]) -> list[Request]:
    """Return the requests that failed."""
    return [request for request in requests if request.failure]
