"""Clients that ask too often are throttled.

Recorded: https://github.com/einaregilsson/beanstalk-deploy/issues/9
"""

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk.durations import Limits
from emulator.beanstalk.errors import ThrottlingError
from emulator.beanstalk.protocol.throttling import TokenBucket
from tests.support.in_memory import VirtualBeanstalk


class _Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _taken(bucket: TokenBucket) -> int:
    for number in range(100):
        try:
            bucket.take_token()
        except ThrottlingError:
            return number
    return 100


def test_a_burst_passes_and_then_two_calls_a_second() -> None:
    time = _Time()
    bucket = TokenBucket(Limits(), time)

    assert _taken(bucket) == 15
    time.now += 3
    assert _taken(bucket) == 6


def test_a_long_pause_allows_one_burst() -> None:
    time = _Time()
    bucket = TokenBucket(Limits(), time)

    time.now += 3600

    assert _taken(bucket) == 15


@pytest.mark.parametrize("action", ["describe_environments", "describe_events"])
def test_each_action_has_its_own_rate_limit(account: VirtualBeanstalk, action: str) -> None:
    account.service.limits.burst, account.service.limits.calls_per_second = 3, 0
    for _ in range(3):
        getattr(account.client, action)()

    with pytest.raises(ClientError) as refused:
        getattr(account.client, action)()

    assert refused.value.response["Error"] == {"Type": "Sender", "Code": "Throttling", "Message": "Rate exceeded"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    account.client.describe_applications()
    name = "".join(part.capitalize() for part in action.split("_"))
    assert account.service.throttled == {name: 1}


def test_polling_every_ten_seconds_is_never_throttled() -> None:
    time = _Time()
    bucket = TokenBucket(Limits(), time)

    for _ in range(500):
        time.now += 10
        bucket.take_token()
