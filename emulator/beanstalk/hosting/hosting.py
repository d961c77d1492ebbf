"""What an environment runs on: a load balancer, and instances that each run one application version."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeAlias, TypeVar

from emulator.beanstalk.hosting.deployment_command import DeploymentCommand
from emulator.beanstalk.hosting.machine import MachineLoad
from emulator.beanstalk.hosting.request_metrics import AnsweredRequest

T = TypeVar("T")

WEB_LOG = "/var/log/web.stdout.log"
"""Where an instance keeps what the web process writes."""


class InstanceHosting(Protocol):
    """One instance. Thread-safe. Every method may take real time: call it without the state's lock."""

    running_label: str | None
    """The version that runs on the instance."""
    in_service: bool
    """Whether the load balancer sends requests to the instance."""

    def deploy(self, label: str, source: bytes, command: DeploymentCommand) -> None:
        """Stop the running version, start this one, and return at once. The instance is out of service then.

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

    def recent_requests(self) -> list[AnsweredRequest]:
        """Return the requests of the last ten seconds. Takes no real time."""

    def load(self) -> MachineLoad:
        """Return how busy the instance is. Takes no real time."""

    def close(self) -> None:
        """End the application and the instance for good. May be called again."""


class Hosting(Protocol):
    """The load balancer and the instances of one environment.

    Thread-safe. Methods may take real time: call them without the state's lock, except `launch`, `port` and
    `send_share`, which take none.
    """

    @property
    def port(self) -> int | None:
        """The load balancer's port on 127.0.0.1; None while there is no load balancer."""

    @property
    def warns(self) -> bool:
        """Whether the health agent warns, while the applications answer as before."""

    def open(self) -> None:
        """Make the load balancer. It answers 503 until an instance is in service."""

    def launch(self, instance_id: str) -> InstanceHosting:
        """Return a new instance, which runs nothing yet."""

    def end(self, instance: InstanceHosting) -> None:
        """End an instance for good. May be called again."""

    def send_share(self, instances: Collection[InstanceHosting], percent: float) -> None:
        """Send so many percent of the requests to these instances, the rest to the others. 0 ends that."""

    def together(self, work: Sequence[Callable[[], T]]) -> list[T]:
        """Do work on several instances at the same time. Return the results in the order of the work."""

    def requests_received(self) -> float:
        """Return how many requests users have sent to the load balancer since the environment began."""

    def tear_down(self) -> None:
        """End all instances and the load balancer. `open` makes a new load balancer."""

    def close(self) -> None:
        """End all instances and the load balancer for good. May be called again."""


HostingFactory: TypeAlias = Callable[[str, str], Hosting]
"""Makes the hosting of an environment, by its name and its id."""
