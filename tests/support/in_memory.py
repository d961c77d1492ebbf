"""The in-memory Elastic Beanstalk for tests. To wait advances account time, and takes no real time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator.beanstalk.operations.health import reported_color, reported_status
from emulator.in_memory.account import InMemoryAccount
from emulator.in_memory.hosting import InMemoryHosting
from tests.support.beanstalk import BeanstalkAccount, PageAnswer

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

POLL_SECONDS = 5.0
DURATIONS = {
    "launch": 20, "update": 20, "configure": 10, "abort": 5, "restart": 10, "update_tags": 5, "terminate": 10,
    "process_version": 5, "health_check": 5, "in_service": 10, "health": 20, "unhealthy": 10,
    "instance_launch": 10, "instance_terminate": 10,
    "launch_after_health": 5, "launch_after_failure": 5, "warning_chance": 0, "spread": 0,
}  # fmt: skip
"""Account seconds. A few polls each, so that a test takes milliseconds."""
LIMIT_SECONDS = 7_200.0


class VirtualBeanstalk(BeanstalkAccount):
    """Elastic Beanstalk in virtual time."""

    memory: InMemoryAccount

    def until(self, condition: Callable[[], object], expected: Callable[[], str]) -> None:
        """Let account time pass until a condition holds. Fails after two account hours."""
        end = self.memory.clock.time() + LIMIT_SECONDS
        while not condition():
            assert self.memory.clock.time() < end, f"expected {expected()}"
            self.memory.advance(POLL_SECONDS)

    def get(self, name: str, path: str = "/") -> PageAnswer:
        """Return what the load balancer answers by an environment's CNAME or load balancer name."""
        assert self.service.resolve(name) is not None, f"{name} does not resolve"
        environments = self.service._state.alive_environments()
        [environment] = [each for each in environments if name in (each.cname, each.endpoint)]
        hosting = self.memory.hostings[environment.name]
        status, label = hosting.answer(path)
        return PageAnswer(status, f"{environment.name}/{label}" if label else None)

    def now(self) -> datetime:
        return self.memory.clock.now()

    def launched(self, name: str = "shop-prod", *options: dict[str, str], **more: Any) -> str:
        """Create an environment, let it become Ready, and return its id."""
        id_ = self.create(name, *options, **more)
        self.memory.advance(DURATIONS["launch"])
        self.until_status(id_, "Ready")
        return id_

    def until_status(self, id_: str, status: str) -> None:
        """Let time pass until an environment has a status. Reads the account's state: half the looks of a test."""
        self.until(lambda: self.service._state.environments[id_].status == status, lambda: f"{self.describe(id_)}")

    def until_health(self, id_: str, *health: str) -> None:
        """Let time pass until an environment has a colour or, under enhanced reporting, a health status."""
        environment = self.service._state.environments[id_]
        self.until(
            lambda: {reported_color(environment), reported_status(environment)} & set(health),
            lambda: f"{health}, but {self.describe(id_)}",
        )

    def order_stale_reads(
        self, *, age: float, action: str | None = None, call: int | None = None, for_seconds: float | None = None
    ) -> None:
        """Let calls that only read answer as of `age` account seconds ago, until further notice by default.

        `action`: only calls of this one. `call`: only the n-th call from now on. `for_seconds`: only for a while.
        This replaces all other faults.
        """
        when = {"call": call} if call else {"for_seconds": for_seconds or 1e9}
        only = {"action": action} if action else {}
        self.memory.set_faults({"kind": "stale", "service": "elasticbeanstalk", "age": age, **when, **only})

    def hosting(self, environment: str) -> InMemoryHosting:
        """Return what the environment of that name runs on."""
        return self.memory.hostings[environment]


@contextmanager
def virtual_beanstalk(client: "ElasticBeanstalkClient", *more: Any) -> Iterator[VirtualBeanstalk]:
    """Give a new account, and let it answer the client during the block, and more clients such as Auto Scaling's."""
    memory = InMemoryAccount()
    memory.service.durations.set(DURATIONS)
    with memory.answering(client, *more):
        account = VirtualBeanstalk.with_shop(client, memory.service, memory.store.bundles)
        account.memory = memory
        yield account
