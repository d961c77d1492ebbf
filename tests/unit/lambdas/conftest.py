"""The handlers on an Elastic Beanstalk in memory, whose time passes only when a test waits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from emulator.in_memory.account import client as new_client
from lambdas.visit import SETTLE_SECONDS
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk
from tests.support.stages import Release

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


@pytest.fixture(scope="session")
def client() -> "ElasticBeanstalkClient":
    client: ElasticBeanstalkClient = new_client()
    return client


@pytest.fixture(scope="session")
def autoscaling() -> Any:
    """A client of Auto Scaling for all tests."""
    return new_client("autoscaling")


@pytest.fixture
def account(client: "ElasticBeanstalkClient", autoscaling: Any) -> Iterator[VirtualBeanstalk]:
    """An account with the application `shop` and its good versions v1 and v2."""
    with virtual_beanstalk(client, autoscaling) as account:
        yield account


@pytest.fixture
def release(account: VirtualBeanstalk, autoscaling: Any) -> Release:
    """shop-prod runs v1, healthy, at shop.us-east-1.elasticbeanstalk.com. Past states are kept for stale reads."""
    account.service.stale_reads.keep(SETTLE_SECONDS)
    return Release.of(account, autoscaling)
