"""A console over Elastic Beanstalk in memory."""

from collections.abc import Iterator

import pytest

from emulator.in_memory import account as in_memory
from tests.support.console_account import ConsoleAccount
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk


@pytest.fixture(scope="session")
def client() -> object:
    """Return one client of Elastic Beanstalk for all tests."""
    return in_memory.client()


@pytest.fixture
def beanstalk(client: object) -> Iterator[VirtualBeanstalk]:
    """Give a new account with the application `shop` and its versions v1 and v2."""
    with virtual_beanstalk(client) as account:  # type: ignore[arg-type]
        yield account


@pytest.fixture
def console(beanstalk: VirtualBeanstalk) -> ConsoleAccount:
    return ConsoleAccount(beanstalk.memory, {"elasticbeanstalk": beanstalk.client})
