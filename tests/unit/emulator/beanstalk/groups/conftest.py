"""An environment whose Auto Scaling group scales by load, in memory."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from emulator.in_memory import account as in_memory
from tests.support.auto_scaling import ScalingShop, cooldown, launched, trigger
from tests.support.beanstalk import SHORT_DURATIONS, group_size
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient


@pytest.fixture(scope="session")
def autoscaling() -> Any:
    return in_memory.client("autoscaling")


@pytest.fixture
def account(client: "ElasticBeanstalkClient", autoscaling: Any) -> Iterator[VirtualBeanstalk]:
    with virtual_beanstalk(client, autoscaling) as account:
        account.service.durations.set(SHORT_DURATIONS)
        yield account


@pytest.fixture
def shop(account: VirtualBeanstalk, autoscaling: Any) -> ScalingShop:
    """Return shop-prod on 1 instance of at most 3, which scales by load. Its users send 12 requests a second."""
    return launched(account, autoscaling, *group_size(1, 3), cooldown(60), *trigger())
