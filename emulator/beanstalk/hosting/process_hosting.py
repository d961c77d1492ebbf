"""An environment's load balancer and instances as a server and processes on this machine."""

import random
import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.hosting import InstanceHosting
from emulator.beanstalk.hosting.impairments import Impairment
from emulator.beanstalk.hosting.load_balancer import Answered, LoadBalancer
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.process_instance import ProcessInstance

T = TypeVar("T")


class ProcessHosting:
    """The load balancer and the application processes of one environment; see Hosting.

    `folder`: where bundles are unpacked and logs are kept. `packages`: the packages of applications. `capacity` returns
    what each instance can take, `impairment` what all suffer from. `answered`: see LoadBalancer. Thread-safe.
    """

    def __init__(
        self,
        environment: str,
        folder: Path,
        packages: PackageCache,
        capacity: Callable[[], Capacity] = Capacity,
        impairment: Callable[[], Impairment] = Impairment,
        *,
        answered: Answered = lambda _version, _status: None,
    ) -> None:
        self.environment = environment
        self._folder = folder
        self._packages = packages
        self._capacity = capacity
        self._impairment = impairment
        self._answered = answered
        self._changing = threading.Lock()
        self._listing = threading.Lock()
        self._load_balancer: LoadBalancer | None = None
        self._received_before = 0
        self._instances: tuple[ProcessInstance, ...] = ()
        self._share: tuple[Collection[InstanceHosting], float] = ((), 0)
        self._closed = False

    @property
    def port(self) -> int | None:
        """The load balancer's port on 127.0.0.1; None while there is no load balancer."""
        load_balancer = self._load_balancer
        return load_balancer.port if load_balancer else None

    @property
    def warns(self) -> bool:
        """Whether the health agent warns, while the applications answer as before."""
        return self._impairment().warning

    def open(self) -> None:
        """Make the load balancer. It answers 503 until an instance is in service."""
        with self._changing:
            if not self._closed and self._load_balancer is None:
                self._load_balancer = LoadBalancer(self.environment, self._targets, self._answered)

    def launch(self, instance_id: str) -> ProcessInstance:
        """Return a new instance, which runs nothing yet."""
        instance = ProcessInstance(self._folder / instance_id, self._capacity, self._packages, self._impairment)
        with self._listing:
            self._instances = (*self._instances, instance)
        if self._closed:
            instance.close()
        return instance

    def end(self, instance: InstanceHosting) -> None:
        """End an instance for good. May be called again."""
        with self._listing:
            self._instances = tuple(one for one in self._instances if one is not instance)
        instance.close()

    def send_share(self, instances: Collection[InstanceHosting], percent: float) -> None:
        """Send so many percent of the requests to these instances, the rest to the others. 0 ends that."""
        self._share = (instances, percent)

    def together(self, work: Sequence[Callable[[], T]]) -> list[T]:
        """Do work on several instances at the same time. Return the results in the order of the work."""
        if len(work) < 2:
            return [one() for one in work]
        with ThreadPoolExecutor(len(work), thread_name_prefix="instance") as pool:
            return [future.result() for future in [pool.submit(one) for one in work]]

    def requests_received(self) -> float:
        """Return how many requests users have sent to the load balancer since the environment began."""
        load_balancer = self._load_balancer
        return self._received_before + (load_balancer.received if load_balancer else 0)

    def tear_down(self) -> None:
        """End all processes and the load balancer. `open` makes a new load balancer."""
        with self._changing:
            self._end()

    def close(self) -> None:
        """End all processes and the load balancer for good, and remove the unpacked bundles. May be called again."""
        with self._changing:
            self._closed = True
            self._end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self) -> None:
        if self._load_balancer:
            self._load_balancer.stop()
            self._received_before += self._load_balancer.received
            self._load_balancer = None
        with self._listing:
            instances, self._instances = self._instances, ()
        self.together([instance.close for instance in instances])

    def _targets(self) -> Sequence[ProcessInstance]:
        """Return the instances that the next request may go to."""
        chosen, percent = self._share
        if not percent:
            return self._instances
        wanted = random.random() * 100 < percent  # noqa: S311 - a share, no secret
        return [instance for instance in self._instances if (instance in chosen) is wanted]
