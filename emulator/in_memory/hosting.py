"""An environment's hosting in memory: the application answers as its bundle says, or as a caller says."""

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self, TypeVar

from emulator.beanstalk import source_bundle
from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand
from emulator.beanstalk.hosting.hosting import WEB_LOG, InstanceHosting
from emulator.beanstalk.hosting.machine import MachineLoad
from emulator.beanstalk.hosting.request_metrics import WINDOW_SECONDS, AnsweredRequest

T = TypeVar("T")

BEHAVIOUR_FILE = "behaviour.json"
"""The file in a bundle that says how its application behaves in memory; see Behaviour."""
LATENCY = 0.01
"""How long an application in memory takes for a request, in seconds."""
NO_PORT = 1
"""The port of a load balancer in memory. Its name resolves, but nothing listens there."""


@dataclass(frozen=True)
class Behaviour:
    """How an application behaves.

    `status`: the HTTP status that it answers. `by_path`: other statuses by path. `dies`: it ends at its start, and
    writes this text.
    """

    status: int = 200
    by_path: Mapping[str, int] = field(default_factory=dict)
    dies: str | None = None

    @classmethod
    @cache
    def from_bundle(cls, source: bytes) -> Self:
        """Return the behaviour in a bundle's `behaviour.json`. Without the file, the application answers 200.

        Raises InvalidBundleError.
        """
        source_bundle.check(source)
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if BEHAVIOUR_FILE not in archive.namelist():
                return cls()
            document: dict[str, Any] = json.loads(archive.read(BEHAVIOUR_FILE))
            return cls(**document)


class InMemoryInstance:
    """One instance in memory; see InstanceHosting.

    `order`: the HTTP status that the application answers from now on; None lets its bundle decide. `lost`: whether
    the application has ended by itself. `leads`: whether the last deployment made it the leader.
    """

    def __init__(self, hosting: "InMemoryHosting") -> None:
        self.running_label: str | None = None
        self.in_service = False
        self.order: int | None = None
        self.lost = False
        self.leads = False
        self._hosting = hosting
        self._behaviour: Behaviour | None = None

    def deploy(self, label: str, source: bytes, command: DeploymentCommand) -> None:
        self.in_service = self.lost = False
        self.running_label = label
        self.leads = command.leader
        self._behaviour = None
        self._behaviour = Behaviour.from_bundle(source)

    def running(self) -> bool:
        return self._behaviour is not None and self._behaviour.dies is None and not self.lost

    def probe(self, path: str) -> int | None:
        if self._behaviour is None or not self.running():
            return None
        return self.order or self._hosting.order or self._behaviour.by_path.get(path, self._behaviour.status)

    def log_tail(self) -> str:
        return (self._behaviour and self._behaviour.dies) or ""

    def logs(self) -> dict[str, str]:
        return {WEB_LOG: self.log_tail()}

    def recent_requests(self) -> list[AnsweredRequest]:
        status = self.probe("/") if self.in_service else None
        count = round(self._hosting.load * WINDOW_SECONDS / max(1, len(self._hosting.in_service())))
        return [AnsweredRequest(status, LATENCY)] * count if status else []

    def load(self) -> MachineLoad:
        return MachineLoad(processors={"Idle": 100.0})

    def close(self) -> None:
        self.in_service = False
        self._behaviour = None


class InMemoryHosting:
    """The load balancer and the instances of one environment; see Hosting.

    `order`: the HTTP status that every application of the environment answers from now on; None lets its bundle decide.
    `warns`: whether the health agent warns from now on, while the applications answer.
    `load`: how many requests a second users send. `capacity` returns what each instance can take. `now` returns the
    account's time.
    """

    def __init__(
        self,
        environment: str,
        capacity: Callable[[], Capacity] = Capacity,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.environment = environment
        self.instances: list[InMemoryInstance] = []
        self.order: int | None = None
        self.warns = False
        self.port: int | None = None
        self._capacity = capacity
        self._now = now
        self._load = 0.0
        self._received, self._counted = 0.0, now()
        self._turns = itertools.count()
        self._share: tuple[Collection[InstanceHosting], float] = ((), 0)

    @property
    def load(self) -> float:
        return self._load

    @load.setter
    def load(self, requests_per_second: float) -> None:
        self._received, self._counted = self.requests_received(), self._now()
        self._load = requests_per_second

    def open(self) -> None:
        self.port = NO_PORT

    def launch(self, instance_id: str) -> InMemoryInstance:  # noqa: ARG002
        self.instances.append(InMemoryInstance(self))
        return self.instances[-1]

    def end(self, instance: InstanceHosting) -> None:
        instance.close()
        self.instances = [one for one in self.instances if one is not instance]

    def send_share(self, instances: Collection[InstanceHosting], percent: float) -> None:
        self._share = (instances, percent)

    def together(self, work: Sequence[Callable[[], T]]) -> list[T]:
        return [one() for one in work]

    def requests_received(self) -> float:
        return self._received + self._load * (self._now() - self._counted)

    def in_service(self) -> list[InMemoryInstance]:
        """Return the instances that the load balancer sends requests to."""
        return [instance for instance in self.instances if instance.in_service]

    def overloaded(self) -> bool:
        """Return whether users send more requests than the instances in service can take together."""
        limit = self._capacity().requests_per_second
        return limit is not None and self._load > limit * len(self.in_service())

    def answer(self, path: str) -> tuple[int, str | None]:
        """Return what a user gets from the load balancer: the HTTP status, and the version that answers."""
        turn, (chosen, percent) = next(self._turns), self._share
        found = self.in_service()
        if percent:
            found = [instance for instance in found if (instance in chosen) is (turn * percent % 100 < percent)]
        if not found or self.overloaded():
            return 503, None
        instance = found[turn % len(found)]
        return instance.probe(path) or 502, instance.running_label

    def tear_down(self) -> None:
        for instance in self.instances:
            instance.close()
        self.instances = []
        self.port = None

    def close(self) -> None:
        self.tear_down()
