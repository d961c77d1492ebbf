"""Auto Scaling in memory, with an environment, and botocore clients of both services."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from emulator.in_memory import account as in_memory
from tests.support.auto_scaling import ScalingShop
from tests.support.beanstalk import ENHANCED, SHORT_DURATIONS, group_size
from tests.support.in_memory import virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


@pytest.fixture(scope="session")
def clients() -> "tuple[ElasticBeanstalkClient, Any]":
    """Return one client of each service for all tests: creating one takes 0.3 seconds."""
    return in_memory.client(), in_memory.client("autoscaling")


@pytest.fixture
def shop(clients: "tuple[ElasticBeanstalkClient, Any]") -> Iterator[ScalingShop]:
    """Give shop-prod, Ok with v1, on 2 instances of at most 4."""
    with virtual_beanstalk(*clients) as account:
        account.service.durations.set(SHORT_DURATIONS)
        id_ = account.launched("shop-prod", ENHANCED, *group_size(2, 4), VersionLabel="v1")
        account.until_health(id_, "Ok")
        yield ScalingShop(account, clients[1], id_)
