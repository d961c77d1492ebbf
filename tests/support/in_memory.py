"""The in-memory Elastic Beanstalk as tests use it: waiting lets account time pass, and takes no time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulator.in_memory.account import InMemoryAccount
from emulator.in_memory.hosting import InMemoryHosting
from tests.support.beanstalk import BeanstalkAccount

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

POLL_SECONDS = 5.0
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

    def hosting(self, environment: str) -> InMemoryHosting:
        """What the environment of that name runs on."""
        return self.memory.hostings[environment]


@contextmanager
def virtual_beanstalk(client: "ElasticBeanstalkClient") -> Iterator[VirtualBeanstalk]:
    """Answer the client from a new account while the block runs."""
    memory = InMemoryAccount()
    with memory.answering(client):
        account = VirtualBeanstalk.with_shop(client, memory.service, memory.store.bundles)
        account.memory = memory
        yield account
