"""Users of a name: they ask without pause, keep a DNS answer as long as they may, and note who answered.

They are the judge of a release, so they are strict: one connection for each request, no second try, and anything but
a 200 in time is a failure.
"""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

ANSWERED_BY = "X-Answered-By"
USERS = 10
REQUESTS_PER_SECOND = 30.0
PATIENCE_SECONDS = 5.0
"""In real time: long enough that a busy machine is not taken for a broken release, and shorter than any client's."""


class NameNotResolvedError(Exception):
    """The name has no DNS answer."""


@dataclass(frozen=True)
class DnsAnswer:
    """Where a name leads. `ttl`: real seconds for which a client may keep the answer."""

    address: str
    port: int
    ttl: float


Resolve = Callable[[str], DnsAnswer]


@dataclass(frozen=True)
class Request:
    """One request: when it was made (real epoch seconds), by whom it was answered, why it failed if it did.

    `answered_by` is "<environment>/<version>", also for a failed request if it got that far.
    """

    at: float
    answered_by: str | None = None
    failure: str | None = None


class User:
    """One client of a name, with a DNS cache of its own.

    `age`: how much of its TTL the first DNS answer has behind it already, from 0 to 1; the look-ups of users with
    different ages are spread over time, as in life.
    """

    def __init__(
        self, name: str, resolve: Resolve, *, age: float = 0.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._resolve = resolve
        self._age = age
        self._clock = clock
        self._answer: DnsAnswer | None = None
        self._expires = 0.0

    def ask(self) -> Request:
        """Make one request and return what came of it."""
        at = self._clock()
        try:
            status, answered_by = self._get(self._look_up(at))
        except Exception as error:  # noqa: BLE001 - whatever a user stumbles over, that user was not served
            return Request(at, failure=str(error) or type(error).__name__)
        if status != http.client.OK:
            return Request(at, answered_by, f"status {status}")
        if answered_by is None:
            return Request(at, failure=f"a 200 that does not say who gave it: it has no {ANSWERED_BY}")
        if (took := self._clock() - at) > PATIENCE_SECONDS:
            return Request(at, answered_by, f"took {took:.1f} s")
        return Request(at, answered_by)

    def _look_up(self, now: float) -> DnsAnswer:
        if self._answer is None or now >= self._expires:
            self._answer = self._resolve(self._name)
            self._expires = now + self._answer.ttl * (1 - self._age)
            self._age = 0.0
        return self._answer

    def _get(self, answer: DnsAnswer) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection(answer.address, answer.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/", headers={"Host": self._name, "Connection": "close"})
            response = connection.getresponse()
            response.read()
            return response.status, response.headers[ANSWERED_BY]
        finally:
            connection.close()


class Traffic:
    """Many users of one name at once, from `start` (or entering the context) to `stop` (or leaving it).

    `requests_per_second`: of all users together, in real time.
    """

    def __init__(
        self,
        name: str,
        resolve: Resolve,
        *,
        users: int = USERS,
        requests_per_second: float = REQUESTS_PER_SECOND,
    ) -> None:
        self._interval = users / requests_per_second
        self._requests: list[Request] = []
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._keep_asking,
                args=(User(name, resolve, age=number / users), self._interval * number / users),
                name=f"user-{number}",
                daemon=True,
            )
            for number in range(users)
        ]

    def start(self) -> None:
        """Let the users begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the users finish their last requests, and return when they have."""
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

    def _keep_asking(self, user: User, delay: float) -> None:
        due = time.monotonic() + delay
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            self._requests.append(user.ask())
            due = max(due + self._interval, time.monotonic())


def answers(requests: Iterable[Request]) -> Counter[str]:
    """Count the requests that were answered well, by "<environment>/<version>"."""
    return Counter(request.answered_by for request in requests if request.answered_by and not request.failure)


def failures(requests: Iterable[Request]) -> list[Request]:
    """Return the requests that failed."""
    return [request for request in requests if request.failure]
