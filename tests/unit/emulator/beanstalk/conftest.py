"""Elastic Beanstalk in memory, and a botocore client of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from emulator.beanstalk import ElasticBeanstalk
from emulator.in_memory import account as in_memory
from tests.support.beanstalk import SHORT_DURATIONS
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


@pytest.fixture(scope="session")
def client() -> "ElasticBeanstalkClient":
    """Return one client for all tests: creating one takes 0.3 seconds."""
    created: ElasticBeanstalkClient = in_memory.client()
    return created


@pytest.fixture
def account(client: "ElasticBeanstalkClient") -> Iterator[VirtualBeanstalk]:
    """Give a new account with the application `shop` and its versions v1 and v2, which answer 200."""
    with virtual_beanstalk(client) as account:
        account.service.durations.set(SHORT_DURATIONS)
        yield account


@pytest.fixture
def service() -> ElasticBeanstalk:
    """Return the service of a new, empty account."""
    return in_memory.InMemoryAccount().service
