"""An environment's load balancer on a loopback port."""

from collections.abc import Callable

from emulator.forwarder import Forwarder, Target

ANSWERED_BY = "X-Answered-By"
"""The header that the load balancer adds to answers: the environment and the version, as in `shop-prod/v1`."""


class LoadBalancer:
    """Forwards requests to the environment's instance in service. Answers 503 when there is none.

    `instance` returns the port and the version label of the instance in service, None when there is none.
    One load balancer serves one environment, by every name.
    """

    def __init__(self, environment: str, instance: Callable[[], tuple[int, str] | None]) -> None:
        self._environment = environment
        self._instance = instance
        self._forwarder = Forwarder(self._route)
        self._forwarder.start()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._forwarder.port

    def stop(self) -> None:
        """Stop listening and cut open connections. May be called again."""
        self._forwarder.stop()

    def _route(self, _host: str) -> Target | str:
        instance = self._instance()
        if instance is None:
            return f"{self._environment} has no healthy instance in service."
        port, label = instance
        return Target("127.0.0.1", port, {ANSWERED_BY: f"{self._environment}/{label}"})
