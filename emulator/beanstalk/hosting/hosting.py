"""What an environment runs on: a load balancer, and one instance that runs one application version."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

WEB_LOG = "/var/log/web.stdout.log"
"""Where an instance keeps what the web process writes."""


class Hosting(Protocol):
    """The load balancer and the instance of one environment.

    Thread-safe. Every method may take real time: call it without the state's lock. The attributes take none.
    """

    running_label: str | None
    """The version that runs on the instance."""
    in_service: bool
    """Whether the load balancer sends requests to the instance."""

    @property
    def port(self) -> int | None:
        """The load balancer's port on 127.0.0.1; None while there is no load balancer."""

    def open(self) -> None:
        """Make the load balancer. It answers 503 until an instance is in service."""

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:
        """Stop the running version, start this one, and return at once.

        Raises InvalidBundleError and ApplicationStartError.
        """

    def running(self) -> bool:
        """Return whether the application runs."""

    def probe(self, path: str) -> int | None:
        """Return the HTTP status of a health check, None when the application does not answer."""

    def log_tail(self) -> str:
        """Return the last lines that the application wrote."""

    def logs(self) -> dict[str, str]:
        """Return what the application wrote, by the path that the log has on an instance."""

    def tear_down(self) -> None:
        """End the application and the load balancer. `open` makes a new load balancer."""

    def close(self) -> None:
        """End the application and the load balancer for good. May be called again."""


HostingFactory: TypeAlias = Callable[[str, str], Hosting]
"""Makes the hosting of an environment, by its name and its id."""
