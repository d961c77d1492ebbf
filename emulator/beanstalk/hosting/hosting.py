"""What an environment runs on: a load balancer, and behind it one instance with one application version."""

from collections.abc import Mapping
from typing import Protocol


class Hosting(Protocol):
    """The load balancer and the application of one environment.

    Thread-safe. Everything but the attributes may take real time: call it without the state's lock.
    """

    running_label: str | None
    """The version that really runs."""
    in_service: bool
    """Whether the load balancer sends users to the instance."""

    @property
    def port(self) -> int | None:
        """The load balancer's port on 127.0.0.1; None while there is no load balancer."""

    def open(self) -> None:
        """Make the load balancer, which answers 503 until an instance is in service."""

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:
        """Replace what runs by this version: stop the old one, then start the new one and return at once.

        Raises InvalidBundleError and ApplicationStartError.
        """

    def running(self) -> bool:
        """Whether the application runs."""

    def probe(self, path: str) -> int | None:
        """Return the status that the application answers to a health check, None when it does not answer."""

    def log_tail(self) -> str:
        """Return the last that the application wrote."""

    def tear_down(self) -> None:
        """End the application and the load balancer; `open` makes new ones."""

    def close(self) -> None:
        """End the application and the load balancer for ever. May be called again."""
