"""The resource types of CloudFormation, on an Elastic Beanstalk in memory."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from emulator.clock import Clock
from emulator.in_memory import account as in_memory
from emulator.ministack.cloudformation import resource_types
from emulator.ministack.cloudformation.account_api import AccountApi
from emulator.ministack.cloudformation.resource_type import ResourceType
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


class AdvancingClock(Clock):
    """The clock of an account in memory: to sleep lets the account's time pass."""

    def __init__(self, account: VirtualBeanstalk) -> None:
        super().__init__(1.0)
        self._account = account

    def time(self) -> float:
        return self._account.memory.clock.time()

    def sleep(self, account_seconds: float) -> None:
        self._account.memory.advance(account_seconds)


@pytest.fixture(scope="session")
def client() -> "ElasticBeanstalkClient":
    """Return one client for all tests: creating one takes 0.3 seconds."""
    created: ElasticBeanstalkClient = in_memory.client()
    return created


@pytest.fixture
def account(client: "ElasticBeanstalkClient") -> Iterator[VirtualBeanstalk]:
    """Give a new account with the application `shop` and its versions v1 and v2, which answer 200."""
    with virtual_beanstalk(client) as account:
        yield account


@pytest.fixture
def types(account: VirtualBeanstalk) -> Callable[[str], ResourceType]:
    """Return the resource type of that name, without AWS::ElasticBeanstalk."""

    def create_client(_service: str) -> Any:
        return account.client

    api = AccountApi(AdvancingClock(account), create_client)
    found = {each.name.rpartition("::")[2]: each for each in resource_types(api)}
    return found.__getitem__
