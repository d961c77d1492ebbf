"""An environment's load balancer on a loopback port."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol

from emulator.beanstalk.hosting.request_gate import RequestGate
from emulator.beanstalk.hosting.request_metrics import RequestMetrics
from emulator.forwarder import Forwarder, OwnAnswer, Target

ANSWERED_BY = "X-Answered-By"
"""The header that the load balancer adds to answers: the environment and the version, as in `shop-prod/v1`."""


Answered = Callable[[str | None, int], None]
"""Is told of an answer: the version and the HTTP status."""


class RequestTarget(Protocol):
    """An instance that a load balancer sends requests to."""

    @property
    def gate(self) -> RequestGate: ...

    @property
    def metrics(self) -> RequestMetrics: ...

    @property
    def error(self) -> int | None:
        """The HTTP error that the instance answers in place of its application; None for none."""

    @property
    def address(self) -> tuple[int, str] | None:
        """The port and the version label; None when the instance is not in service."""


class LoadBalancer:
    """Forwards requests to the environment's instances in service. Answers 503 when there is none.

    Each request goes to the instance with the fewest requests at that moment, in turn among equals. `targets` returns
    the instances of the environment that the next request may go to. One load balancer serves one environment, by every
    name. `received` counts the requests, also the refused ones. `answered` is called with the version and the status of
    each answer; the version is None without an instance in service.
    """

    def __init__(
        self,
        environment: str,
        targets: Callable[[], Sequence[RequestTarget]],
        answered: Answered = lambda _version, _status: None,
    ) -> None:
        self.received = 0
        self._environment = environment
        self._targets = targets
        self._answered = answered
        self._turns = itertools.count()
        self._choosing = threading.Lock()
        self._forwarder = Forwarder(self._route)
        self._forwarder.start()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._forwarder.port

    def stop(self) -> None:
        """Stop listening and cut open connections. May be called again."""
        self._forwarder.stop()

    def _route(self, _host: str) -> Target | OwnAnswer | str:
        # Chosen and counted at once: two requests of one moment go to two instances.
        with self._choosing:
            self.received += 1
            found = [(target, address) for target in self._targets() if (address := target.address)]
            if not found:
                self._answered(None, HTTPStatus.SERVICE_UNAVAILABLE)
                return f"{self._environment} has no healthy instance in service."
            first = next(self._turns) % len(found)
            target, (port, label) = min([*found[first:], *found[:first]], key=lambda each: each[0].gate.outstanding)
            target.gate.join()
        if not target.gate.enter():
            self._answered(label, HTTPStatus.SERVICE_UNAVAILABLE)
            return f"{self._environment} is over its capacity: an instance of {label} has too many requests."
        headers, end = {ANSWERED_BY: f"{self._environment}/{label}"}, self._recorder(target, label)
        if error := target.error:
            end(error)
            return OwnAnswer(error, f"{self._environment} is impaired, as the account was told.", headers)
        return Target("127.0.0.1", port, headers, end)

    def _recorder(self, target: RequestTarget, label: str) -> Callable[[int], None]:
        """Return what ends a request at an instance, and keeps its status and its time."""
        began = time.monotonic()

        def end(status: int) -> None:
            target.gate.leave()
            target.metrics.record(status, time.monotonic() - began)
            self._answered(label, status)

        return end
